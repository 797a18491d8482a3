package io.weft.it.bench.app;

import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Spring Boot on Tomcat, which hands out bytes, and gives back those that it is sent. */
@SpringBootApplication
@RestController
public class HttpCallee {
  private static final int MOST = 2 << 20;

  private final ConcurrentMap<Integer, byte[]> items = new ConcurrentHashMap<>();

  public static void main(String[] arguments) throws Exception {
    ConfigurableApplicationContext context = SpringApplication.run(HttpCallee.class, arguments);
    System.out.println(
        "serving on port " + context.getEnvironment().getProperty("local.server.port"));
    Console.serve();
  }

  @GetMapping("/items/{size}")
  byte[] item(@PathVariable int size) {
    if (size > MOST) {
      throw new IllegalArgumentException("no more than " + MOST + " bytes");
    }
    return items.computeIfAbsent(size, byte[]::new);
  }

  /** Calls each URL of a line of its own; says in how many cases somebody's address was tried. */
  @PostMapping("/visits")
  String visit(@RequestBody String urls) {
    return Long.toString(urls.lines().filter(HttpCallee::isTried).count());
  }

  private static boolean isTried(String url) {
    try {
      HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
      return connection.getResponseCode() == 200;
    } catch (ConnectException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @PostMapping("/items")
  byte[] echo(@RequestBody byte[] body) {
    return body;
  }
}
