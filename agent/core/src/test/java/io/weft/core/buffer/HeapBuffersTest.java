package io.weft.core.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HeapBuffersTest {
  @Test
  void what_a_connection_reads_and_writes_is_on_the_heap() {
    List<ByteBuf> buffers =
        List.of(
            HeapBuffers.ALLOCATOR.ioBuffer(),
            HeapBuffers.ALLOCATOR.ioBuffer(100),
            HeapBuffers.ALLOCATOR.ioBuffer(100, 200),
            HeapBuffers.ALLOCATOR.buffer(),
            HeapBuffers.ALLOCATOR.buffer(100),
            HeapBuffers.ALLOCATOR.compositeBuffer());

    assertThat(buffers).allMatch(ByteBuf::hasArray).allMatch(buffer -> !buffer.isDirect());
  }

  @Test
  void who_needs_a_direct_buffer_gets_one() {
    ByteBuf buffer = HeapBuffers.ALLOCATOR.directBuffer(100);

    assertThat(buffer.isDirect()).isTrue();
    buffer.release();
  }
}
