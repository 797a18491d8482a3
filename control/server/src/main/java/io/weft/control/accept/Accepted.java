package io.weft.control.accept;

import io.weft.control.document.Document;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is in force.
 *
 * @param epoch a higher one is newer whatever the generation
 * @param generation one more with each change
 * @param documents in the order of their keys, so that all replicas make the same of them
 */
public record Accepted(long epoch, long generation, Map<Document.Key, InForce> documents) {

  public Accepted {
    documents = Collections.unmodifiableMap(new TreeMap<>(documents));
  }

  /**
   * A document in force.
   *
   * @param generation that accepted it as it stands
   */
  public record InForce(Document document, long generation) {}
}
