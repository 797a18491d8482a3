package io.weft.core.route;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Conditions on paths by the elements of these, so that a request is compared with those alone that
 * its path leads to: a step for each element of it, however many conditions there are. Filled at a
 * push by one thread; asking it takes no lock and allocates nothing.
 *
 * <p>An exact path and a prefix are told apart where they are found; other conditions have no place
 * here.
 *
 * @param <T> what is found
 */
final class PathTree<T> {
  private final Node<T> root = new Node<>(null, "", -1);

  /** The place of a path, made if there is none. */
  Node<T> place(String path) {
    Node<T> node = root;
    for (int from = 0; from <= path.length(); from = node.end + 1) {
      int slash = path.indexOf('/', from);
      int end = slash < 0 ? path.length() : slash;
      Node<T> child = node.child(path, from, end);
      node = child != null ? child : node.add(path.substring(from, end), end);
    }
    return node;
  }

  /** The place that has the most in common with the path of a target, element by element. */
  Node<T> deepest(String target, int pathEnd) {
    Node<T> node = root;
    for (int from = 0; from <= pathEnd; from = node.end + 1) {
      int slash = target.indexOf('/', from);
      Node<T> child = node.child(target, from, slash < 0 || slash > pathEnd ? pathEnd : slash);
      if (child == null) {
        return node;
      }
      node = child;
    }
    return node;
  }

  /** What is known of one path. */
  static final class Node<T> {
    /** Of those whose path is this one. */
    final List<T> exact = new ArrayList<>(0);

    /** Of those whose prefix is this path. */
    final List<T> prefix = new ArrayList<>(0);

    private final @Nullable Node<T> parent;
    private final String element;
    private final int end;
    // By the hash of their element, with linear probing; a power of two, half of it empty at least.
    private @Nullable Node<T>[] children = table(0);
    private int size;

    Node(@Nullable Node<T> parent, String element, int end) {
      this.parent = parent;
      this.element = element;
      this.end = end;
    }

    /** The path without its last element; null for the root. */
    @Nullable Node<T> parent() {
      return parent;
    }

    /** Whether a path found here ends here. */
    boolean endsAt(int pathEnd) {
      return end == pathEnd;
    }

    private @Nullable Node<T> child(String path, int from, int to) {
      int mask = children.length - 1;
      if (mask < 0) {
        return null;
      }
      int slot = hash(path, from, to) & mask;
      for (Node<T> child = children[slot]; child != null; child = children[slot]) {
        if (child.element.length() == to - from && path.startsWith(child.element, from)) {
          return child;
        }
        slot = (slot + 1) & mask;
      }
      return null;
    }

    private Node<T> add(String ofElement, int endingAt) {
      if (++size * 2 > children.length) {
        @Nullable Node<T>[] before = children;
        children = table(Math.max(2, before.length * 2));
        for (Node<T> child : before) {
          if (child != null) {
            put(child);
          }
        }
      }
      Node<T> added = new Node<>(this, ofElement, endingAt);
      put(added);
      return added;
    }

    private void put(Node<T> child) {
      int mask = children.length - 1;
      int slot = hash(child.element, 0, child.element.length()) & mask;
      while (children[slot] != null) {
        slot = (slot + 1) & mask;
      }
      children[slot] = child;
    }

    private static int hash(String text, int from, int to) {
      int hash = 0;
      for (int i = from; i < to; i++) {
        hash = 31 * hash + text.charAt(i);
      }
      return hash ^ hash >>> 16;
    }

    @SuppressWarnings("unchecked") // An array of a generic class cannot be made otherwise.
    private static <T> @Nullable Node<T>[] table(int length) {
      return (@Nullable Node<T>[]) new Node<?>[length];
    }
  }
}
