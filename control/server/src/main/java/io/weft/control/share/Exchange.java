package io.weft.control.share;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import io.weft.control.compile.ServiceId;
import io.weft.control.loop.Loop;
import io.weft.control.replica.Replicas;
import io.weft.control.store.Commit;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.ConfigStore.Change;
import io.weft.control.store.ConfigStore.Entry;
import io.weft.control.store.Mirror;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the other replicas, by way of the store, how much the instances of this one are asked, and
 * hears the same of theirs: one small key for each replica, written once a second and only where
 * there are other replicas and limits that are shared. Confined to the loop.
 */
public final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final String PREFIX = "demand/";
  private static final JsonMapper JSON = new JsonMapper();

  private final ConfigStore store;
  private final Loop loop;
  private final String replica;
  private final Replicas replicas;
  private final Shares shares;
  private final Mirror mirror;
  private boolean writing;

  /**
   * @param replica the id of this one
   */
  public Exchange(ConfigStore store, Loop loop, String replica, Replicas replicas, Shares shares) {
    this.store = store;
    this.loop = loop;
    this.replica = replica;
    this.replicas = replicas;
    this.shares = shares;
    this.mirror = new Mirror(store, PREFIX, loop, this::changed);
  }

  public void start() {
    mirror.start();
  }

  public void close() {
    mirror.close();
  }

  /** Tells what is new; to be called once a second. */
  public void tell() {
    Map<ServiceId, Sum> sums = shares.sums();
    Commit commit = new Commit();
    boolean any = false;
    if (replicas.all().size() > 1 && !sums.isEmpty()) {
      commit.put(PREFIX + replica, json(sums));
      any = true;
    }
    // Of those that have gone, the first who sees it takes away what they told last.
    for (String key : mirror.entries().keySet()) {
      if (replicas.areKnown() && !replicas.isLive(key.substring(PREFIX.length()))) {
        commit.delete(key);
        any = true;
      }
    }
    if (!any || writing) {
      return;
    }
    writing = true;
    var unused =
        store
            .commit(commit)
            .whenCompleteAsync(
                (done, fault) -> {
                  writing = false;
                  if (fault != null) {
                    LOG.debug("other replicas are not told of demand", fault);
                  }
                },
                loop);
  }

  private void changed(List<Change> changes) {
    for (Change change : changes) {
      String from = change.key().substring(PREFIX.length());
      Entry now = change.now();
      if (!from.equals(replica)) {
        shares.others(from, now == null ? Map.of() : read(now.value()));
      }
    }
  }

  private static String json(Map<ServiceId, Sum> sums) {
    Map<String, Sum> named = new TreeMap<>();
    sums.forEach((service, sum) -> named.put(service.toString(), sum));
    try {
      return JSON.writeValueAsString(named);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<ServiceId, Sum> read(ByteString text) {
    Map<ServiceId, Sum> sums = new TreeMap<>();
    try {
      JSON.readValue(text.toByteArray(), new TypeReference<Map<String, Sum>>() {})
          .forEach((name, sum) -> ServiceId.parse(name).ifPresent(id -> sums.put(id, sum)));
    } catch (IOException e) {
      LOG.debug("no demand", e);
    }
    return sums;
  }
}
