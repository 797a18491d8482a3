package io.weft.it.contract;

import io.weft.it.contract.app.Desk;
import io.weft.it.process.Artifacts;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Where the applications under test lie. */
public final class TestApps {
  private TestApps() {}

  /** The class path of those that need the JDK alone. */
  public static Path classes() {
    try {
      return Path.of(Desk.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Compiles an application against the one version of a library that it shall run with, and
   * returns its class path.
   *
   * @param name of the class, in {@code src/test/apps}
   * @param library folder of the library's jars, in {@code target/libraries}
   * @param javax whether it knows servlets as javax
   */
  public static List<Path> compiled(String name, String library, boolean javax) {
    Path folder = Artifacts.existing("it/target/libraries/" + library);
    try (DirectoryStream<Path> each = Files.newDirectoryStream(folder, "*.jar")) {
      List<Path> jars = new ArrayList<>();
      each.forEach(jars::add);
      return compiled(name, library, jars, javax);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same against jars that lie elsewhere. */
  public static List<Path> compiled(String name, String library, List<Path> jars) {
    return compiled(name, library, jars, false);
  }

  private static List<Path> compiled(String name, String library, List<Path> jars, boolean javax) {
    Path source = Artifacts.existing("it/src/test/apps/" + name + ".java");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      Path work = Files.createTempDirectory(Artifacts.existing("it/target"), library + "-app");
      Path adapted = work.resolve(name + ".java");
      String text = Files.readString(source);
      Files.writeString(adapted, javax ? text.replace("jakarta.", "javax.") : text);
      List<Path> classPath = new ArrayList<>(List.of(work, classes()));
      classPath.addAll(jars);
      files.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath);
      files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(work));
      boolean done =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of("--release", "17", "-proc:none"),
                  null,
                  files.getJavaFileObjects(adapted))
              .call();
      if (!done) {
        throw new AssertionError(name + " does not fit " + library + ":\n" + messages);
      }
      return classPath;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
