package io.weft.core.instrument;

import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.commons.ClassRemapper;
import net.bytebuddy.jar.asm.commons.Remapper;

/** Renames the library's classes in an adapter. */
final class Relocator {
  private Relocator() {}

  static byte[] relocate(byte[] adapter, Relocation relocation) {
    ClassReader reader = new ClassReader(adapter);
    ClassWriter writer = new ClassWriter(0);
    Remapper names =
        new Remapper(net.bytebuddy.utility.OpenedClassReader.ASM_API) {
          @Override
          public String map(String internalName) {
            return relocation.map(internalName);
          }
        };
    reader.accept(new ClassRemapper(writer, names), 0);
    return writer.toByteArray();
  }
}
