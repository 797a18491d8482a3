package io.weft.core.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The last of something: each new one takes the place of the oldest. Takes no lock. */
final class Ring<T> {
  private final AtomicReferenceArray<@Nullable T> places;
  private final AtomicLong added = new AtomicLong();

  Ring(int size) {
    places = new AtomicReferenceArray<>(size);
  }

  void add(T one) {
    places.setRelease((int) (added.getAndIncrement() % places.length()), one);
  }

  List<T> all() {
    List<T> all = new ArrayList<>();
    for (int i = 0; i < places.length(); i++) {
      T one = places.get(i);
      if (one != null) {
        all.add(one);
      }
    }
    return all;
  }
}
