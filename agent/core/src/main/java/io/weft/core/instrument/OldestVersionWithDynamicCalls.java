package io.weft.core.instrument;

import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.description.field.FieldDescription;
import net.bytebuddy.description.field.FieldList;
import net.bytebuddy.description.method.MethodList;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.pool.TypePool;
import net.bytebuddy.utility.OpenedClassReader;
import org.jspecify.annotations.Nullable;

/**
 * Raises classes of old libraries (Netty 4.1 is Java 6) to the first version that knows
 * invokedynamic.
 */
final class OldestVersionWithDynamicCalls extends AsmVisitorWrapper.AbstractBase {
  private static final int MAJOR = 0xFFFF;

  @Override
  public ClassVisitor wrap(
      TypeDescription type,
      ClassVisitor visitor,
      Implementation.Context context,
      TypePool pool,
      FieldList<FieldDescription.InDefinedShape> fields,
      MethodList<?> methods,
      int writerFlags,
      int readerFlags) {
    return new ClassVisitor(OpenedClassReader.ASM_API, visitor) {
      @Override
      public void visit(
          int version,
          int access,
          String name,
          @Nullable String signature,
          @Nullable String superName,
          String @Nullable [] interfaces) {
        super.visit(
            (version & MAJOR) < Opcodes.V1_7 ? Opcodes.V1_7 : version,
            access,
            name,
            signature,
            superName,
            interfaces);
      }
    };
  }
}
