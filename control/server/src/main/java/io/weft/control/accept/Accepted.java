package io.weft.control.accept;

import io.weft.control.document.Document;
import java.util.Map;

/**
 * What is in force.
 *
 * @param epoch a higher one is newer whatever the generation
 * @param generation one more with each change
 */
public record Accepted(long epoch, long generation, Map<Document.Key, InForce> documents) {

  /**
   * A document in force.
   *
   * @param generation that accepted it as it stands
   */
  public record InForce(Document document, long generation) {}
}
