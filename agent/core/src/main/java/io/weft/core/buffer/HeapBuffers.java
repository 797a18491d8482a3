package io.weft.core.buffer;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;

/**
 * Allocates on the heap alone, for the agent's own few and quiet connections; nothing is pooled,
 * whose first chunk alone would take megabytes. Thread-safe.
 *
 * <p>The JDK's TLS is one code for the application and for us. Servers and clients on it that are
 * not Netty use buffers on the heap, and it is compiled for those; a direct one, each time some
 * arrives, throws away the fastest form of the application's own encryption.
 */
public final class HeapBuffers extends AbstractByteBufAllocator {
  public static final HeapBuffers ALLOCATOR = new HeapBuffers();

  private HeapBuffers() {
    super(false);
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    return new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity);
  }

  // Only for who asks for nothing else.
  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    return UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
  }

  @Override
  public ByteBuf ioBuffer() {
    return heapBuffer();
  }

  @Override
  public ByteBuf ioBuffer(int initialCapacity) {
    return heapBuffer(initialCapacity);
  }

  @Override
  public ByteBuf ioBuffer(int initialCapacity, int maxCapacity) {
    return heapBuffer(initialCapacity, maxCapacity);
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }
}
