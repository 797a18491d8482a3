package io.weft.demo.recommendations;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Says what else a customer might like. */
@SpringBootApplication
public class RecommendationsApp {
  public static void main(String[] args) {
    SpringApplication.run(RecommendationsApp.class, args);
  }
}
