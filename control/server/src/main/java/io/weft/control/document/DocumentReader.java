package io.weft.control.document;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads documents of YAML or JSON, several a file, and says of each mistake in which line and field
 * it is. Thread-safe.
 */
public final class DocumentReader {

  /** The longest text taken at once, in bytes. */
  public static final int LONGEST = 1 << 20;

  private static final int DEEPEST = 40;

  /** Documents that are valid by themselves, and every mistake in the others. */
  public record Read(List<Document> documents, List<Problem> problems) {}

  /** Reads bytes as they came from a file or a key. */
  public Read read(String file, byte[] bytes) {
    if (bytes.length > LONGEST) {
      return failed(
          new Problem(
              file, 0, "", "is " + bytes.length + " bytes long; at most " + LONGEST + " are read"));
    }
    try {
      return read(
          file, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return failed(new Problem(file, 0, "", "is not UTF-8"));
    }
  }

  private Read read(String file, String text) {
    List<Document> documents = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    Map<Document.Key, Integer> lines = new LinkedHashMap<>();
    for (Part part : Part.split(text)) {
      readPart(file, part, problems)
          .ifPresent(
              document -> {
                Integer before = lines.putIfAbsent(document.key(), document.line());
                if (before == null) {
                  documents.add(document);
                } else {
                  problems.add(
                      new Problem(
                          file,
                          document.line(),
                          "metadata.name",
                          document.key() + " stands in line " + before + " already"));
                }
              });
    }
    return new Read(documents, problems);
  }

  private static Optional<Document> readPart(String file, Part part, List<Problem> problems) {
    Node root;
    try {
      root = new Yaml(options()).compose(new java.io.StringReader(part.text()));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
      String message = e.getProblem() == null ? e.getMessage() : e.getProblem();
      problems.add(new Problem(file, part.line() + Math.max(0, line - 1), "", oneLine(message)));
      return Optional.empty();
    } catch (YAMLException e) {
      problems.add(new Problem(file, part.line(), "", oneLine(e.getMessage())));
      return Optional.empty();
    }
    if (root == null) {
      return Optional.empty();
    }
    List<Problem> own = new ArrayList<>();
    NodeReader reader = new NodeReader(file, part.line(), own);
    Optional<Document> document = document(file, part, root, reader);
    problems.addAll(own);
    return own.isEmpty() ? document : Optional.empty();
  }

  private static Optional<Document> document(String file, Part part, Node root, NodeReader reader) {
    Optional<Kind> kind = reader.word(root, "kind").flatMap(word -> kind(reader, root, word));
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    Fields all = reader.fields(root, kind.get().document(), "");
    Fields metadata = all.fields("metadata");
    Document document =
        new Document(
            new Document.Key(
                kind.get(), metadata.text("namespace", "default"), metadata.text("name")),
            metadata.labels("labels"),
            metadata.labels("annotations"),
            all.fields("spec"),
            part.text(),
            file,
            part.line() + root.getStartMark().getLine());
    if (reader.clean()) {
      Sense.check(document, reader, root);
    }
    return Optional.of(document);
  }

  private static Optional<Kind> kind(NodeReader reader, Node root, String word) {
    Optional<Kind> kind = Kind.of(word);
    if (kind.isEmpty()) {
      reader.problem(
          reader.at(root, "kind"),
          "kind",
          "unknown kind "
              + word
              + NearestName.of(word, Kind.words())
                  .map(near -> ", did you mean " + near + "?")
                  .orElse("")
              + "; allowed: "
              + String.join(", ", Kind.words()));
    }
    return kind;
  }

  private static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setNestingDepthLimit(DEEPEST);
    options.setCodePointLimit(LONGEST);
    options.setMaxAliasesForCollections(0);
    return options;
  }

  private static Read failed(Problem problem) {
    return new Read(List.of(), List.of(problem));
  }

  private static String oneLine(@Nullable String message) {
    return String.valueOf(message).replaceAll("\\s+", " ").trim();
  }

  /**
   * One document's text within a file. A line of three dashes ends a document wherever it stands,
   * even within a block of text (YAML 1.2, section 9.1.2).
   *
   * @param line of its first line in the file, from 1
   */
  private record Part(int line, String text) {
    static List<Part> split(String text) {
      List<Part> parts = new ArrayList<>();
      StringBuilder part = new StringBuilder();
      int begins = 1;
      int line = 0;
      for (String each : text.split("(?<=\n)", -1)) {
        line++;
        if ((each.strip().equals("---") && each.startsWith("---")) || each.startsWith("--- ")) {
          parts.add(new Part(begins, part.toString()));
          part.setLength(0);
          begins = line;
          String rest = each.substring(3);
          if (rest.isBlank()) {
            begins = line + 1;
          } else {
            part.append(rest.stripLeading());
          }
        } else {
          part.append(each);
        }
      }
      parts.add(new Part(begins, part.toString()));
      return parts;
    }
  }
}
