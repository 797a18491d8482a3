package io.weft.demo.storefront;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The shop as customers see it: a page, and the JSON behind it. */
@SpringBootApplication
public class StorefrontApp {
  public static void main(String[] args) {
    SpringApplication.run(StorefrontApp.class, args);
  }
}
