package io.weft.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.weft.api.v1.Resource;
import io.weft.control.accept.Accepted;
import io.weft.control.accept.Accepted.InForce;
import io.weft.control.compile.Caller;
import io.weft.control.compile.Compiler;
import io.weft.control.compile.ServiceId;
import io.weft.control.document.Document;
import io.weft.control.document.DocumentReader;
import io.weft.control.document.Kind;
import io.weft.control.document.Problem;
import io.weft.control.document.Scope;
import io.weft.core.call.CallObserver;
import io.weft.core.call.Deadlines;
import io.weft.core.inbound.InboundPolicies;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** What control accepts, agents take, and it means the same however it is written down. */
class PoliciesFuzz {
  private static final DocumentReader READER = new DocumentReader();
  private static final List<String> EXAMPLES = examples();
  private static final Scope ANYBODYS = new Scope("", "", Map.of(), "", "", "");

  /** What breaks readers of such files, and this one's own words. */
  private static final List<String> VALUES =
      List.of(
          "0",
          "-1",
          "1e9",
          "010",
          "0x1F",
          "2147483648",
          "99999999999",
          "1_000",
          "0.0001",
          "100",
          "0s",
          "1us",
          "999999999h",
          "1.5ms",
          "~",
          "null",
          "true",
          "yes",
          "[]",
          "{}",
          "''",
          "*",
          "\"\\uD800\"",
          "\"\\0\"",
          "|\n      text",
          "(a|b)+",
          "'(?=a)'",
          "'['",
          "/",
          "//a/../b%2F",
          "default",
          "weft-system",
          "stock",
          "shadow",
          "Exact",
          "PathPrefix",
          "RegularExpression",
          "RING_HASH",
          "2001:db8::/32",
          "10.0.0.0/33",
          "spiffe://*",
          "UNAVAILABLE",
          "STRICT");

  @FuzzTest
  void what_is_accepted_comes_into_force_and_means_the_same_when_written_down(
      FuzzedDataProvider data) {
    String text =
        data.consumeInt(0, 7) == 0
            ? data.consumeRemainingAsString()
            : mutated(data.pickValue(EXAMPLES), data);

    DocumentReader.Read read = read(text);

    for (Problem problem : read.problems()) {
      assertThat(problem.message()).isNotBlank().doesNotContain("\n");
    }
    for (Document document : read.documents()) {
      List<Resource> compiled = compiled(document);
      compiled.forEach(PoliciesFuzz::arrivesAsItWasSent);
      comesIntoForce(compiled);
      assertThat(compiled(only(document.text()))).isEqualTo(compiled);
      assertThat(compiled(only(writtenAnew(document.text())))).isEqualTo(compiled);
    }
  }

  private static String mutated(String example, FuzzedDataProvider data) {
    List<String> lines = new ArrayList<>(example.lines().toList());
    for (int edits = data.consumeInt(1, 4); edits > 0; edits--) {
      int at = data.consumeInt(0, lines.size() - 1);
      String line = lines.get(at);
      int colon = line.indexOf(": ");
      switch (data.consumeInt(0, 5)) {
        case 0 -> lines.set(at, line + data.consumeString(12));
        case 1 -> lines.add(at, lines.get(data.consumeInt(0, lines.size() - 1)));
        case 2 -> {
          int from = data.consumeInt(0, line.length());
          lines.set(at, line.substring(0, from) + data.consumeString(4) + line.substring(from));
        }
        default -> {
          String value =
              data.consumeInt(0, 3) == 0 ? data.consumeString(20) : data.pickValue(VALUES);
          lines.set(at, colon < 0 ? line : line.substring(0, colon + 2) + value);
        }
      }
    }
    return String.join("\n", lines);
  }

  private static DocumentReader.Read read(String text) {
    return READER.read("policies.yaml", text.getBytes(StandardCharsets.UTF_8));
  }

  private static Document only(String text) {
    DocumentReader.Read read = read(text);
    assertThat(read.problems()).as(text).isEmpty();
    assertThat(read.documents()).as(text).hasSize(1);
    return read.documents().get(0);
  }

  private static String writtenAnew(String text) {
    StringWriter written = new StringWriter();
    Yaml yaml = new Yaml();
    yaml.serialize(yaml.compose(new StringReader(text)), written);
    return written.toString();
  }

  /** All that agents on either side are sent of a document. */
  private static List<Resource> compiled(Document document) {
    Compiler compiler =
        new Compiler(
            new Accepted(1, 1, Map.of(document.key(), new InForce(document, 1))), Map.of());
    boolean service = document.key().kind() == Kind.SERVICE;
    Scope scope = service ? ANYBODYS : document.scope();
    String own = service ? document.key().namespace() : "default";
    Caller caller =
        new Caller(
            new ServiceId(or(scope.fromNamespace(), own), or(scope.fromService(), "orders")),
            scope.fromLabels());
    ServiceId callee = new ServiceId(or(scope.toNamespace(), own), or(scope.toService(), "stock"));
    return List.of(
        compiler.names(caller), compiler.config(caller, callee), compiler.inbound(callee));
  }

  private static String or(String text, String otherwise) {
    return text.isEmpty() ? otherwise : text;
  }

  private static void arrivesAsItWasSent(Resource resource) {
    try {
      assertThat(Resource.parseFrom(resource.toByteArray())).isEqualTo(resource);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(resource.toString(), e);
    }
  }

  private static void comesIntoForce(List<Resource> compiled) {
    List<Resource> asCaller = compiled.stream().filter(each -> !each.hasInbound()).toList();
    Mesh mesh =
        new Mesh(
            "default", "", CallObserver.NONE, Deadlines.NONE, wanted -> {}, new SplittableRandom());
    assertThat(mesh.dataPlane().apply(asCaller, List.of())).isEmpty();
    for (Resource each : compiled) {
      if (each.hasInbound()) {
        InboundPolicies.ofThisProcess().prepare(each.getInbound(), "weft.local");
      }
    }
  }

  private static List<String> examples() {
    try (Stream<Path> files = Files.list(Path.of("..", "..", "examples"))) {
      return files.sorted().map(PoliciesFuzz::text).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
