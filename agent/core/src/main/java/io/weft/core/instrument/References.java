package io.weft.core.instrument;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.FieldVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.utility.OpenedClassReader;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter uses of its library, read from its own bytecode, so that a version that lacks
 * some of it is left alone instead of failing at the first call.
 */
final class References {
  private static final int PARSING = ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES;

  private final Set<Member> members;

  private References(Set<Member> members) {
    this.members = members;
  }

  /** All that an adapter uses: all its advice, and the adapter's classes that it leads to. */
  static References of(LibraryInstrumentation library) throws ClassNotFoundException {
    Relocation relocation = library.relocation();
    Set<Member> members = new LinkedHashSet<>();
    Set<String> seen = new HashSet<>();
    ArrayDeque<String> open = new ArrayDeque<>();
    library.hooks().forEach(hook -> open.add(hook.advice().replace('.', '/')));
    while (!open.isEmpty()) {
      String name = open.remove();
      if (seen.add(name)) {
        byte[] bytes = InstrumentationLoader.adapter(name.replace('/', '.'), relocation);
        new ClassReader(bytes).accept(new Collector(members, open), PARSING);
      }
    }
    return new References(members);
  }

  /** The first of them that the library lacks, in words; empty if it has all. */
  Optional<String> missingFrom(ClassFileLocator library) {
    Declarations declarations = new Declarations(library);
    for (Member member : members) {
      if (!declarations.have(member)) {
        return Optional.of("it lacks " + member);
      }
    }
    return Optional.empty();
  }

  private static boolean isAdapter(String internalName) {
    return internalName.startsWith("io/weft/instrumentation/");
  }

  private static boolean isLibrary(String internalName) {
    return !internalName.startsWith("java/")
        && !internalName.startsWith("io/weft/")
        && !internalName.startsWith("net/bytebuddy/")
        && !internalName.startsWith("[");
  }

  /** A type (name and descriptor null), field or method. */
  private record Member(String owner, @Nullable String name, @Nullable String descriptor) {
    @Override
    public String toString() {
      String type = owner.replace('/', '.');
      return name == null ? type : type + "." + name + (descriptor == null ? "" : descriptor);
    }
  }

  /**
   * What the library's types declare, each read once. Before main this is looked at hundreds of
   * times: descriptions of Byte Buddy's, made anew for each look, would be most of the start.
   */
  private static final class Declarations {
    private final ClassFileLocator library;
    private final Map<String, Optional<Declared>> byType = new HashMap<>();

    Declarations(ClassFileLocator library) {
      this.library = library;
    }

    boolean have(Member member) {
      Declared type = of(member.owner());
      return type != null
          && (member.name() == null
              || isDeclared(type, member.name() + member.descriptor(), new HashSet<>()));
    }

    private boolean isDeclared(Declared type, String member, Set<Declared> seen) {
      if (!seen.add(type)) {
        return false;
      }
      if (type.members.contains(member)) {
        return true;
      }
      for (String each : type.parents) {
        Declared parent = of(each);
        if (parent != null && isDeclared(parent, member, seen)) {
          return true;
        }
      }
      return false;
    }

    private @Nullable Declared of(String internalName) {
      Optional<Declared> known = byType.get(internalName);
      if (known == null) {
        known = read(internalName);
        byType.put(internalName, known);
      }
      return known.orElse(null);
    }

    private Optional<Declared> read(String internalName) {
      try {
        ClassFileLocator.Resolution found = library.locate(internalName.replace('/', '.'));
        if (!found.isResolved()) {
          return Optional.empty();
        }
        Declared declared = new Declared();
        OpenedClassReader.of(found.resolve()).accept(declared, PARSING | ClassReader.SKIP_CODE);
        return Optional.of(declared);
      } catch (IOException e) {
        return Optional.empty();
      }
    }
  }

  /** One type: its fields and methods, name and descriptor, and the types it inherits from. */
  private static final class Declared extends ClassVisitor {
    private final Set<String> members = new HashSet<>();
    private final List<String> parents = new ArrayList<>();

    Declared() {
      super(OpenedClassReader.ASM_API);
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        @Nullable String signature,
        @Nullable String superName,
        String @Nullable [] interfaces) {
      if (superName != null) {
        parents.add(superName);
      }
      if (interfaces != null) {
        parents.addAll(List.of(interfaces));
      }
    }

    @Override
    public @Nullable FieldVisitor visitField(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        @Nullable Object value) {
      members.add(name + descriptor);
      return null;
    }

    @Override
    public @Nullable MethodVisitor visitMethod(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      members.add(name + descriptor);
      return null;
    }
  }

  private static final class Collector extends ClassVisitor {
    private final Set<Member> members;
    private final ArrayDeque<String> open;

    Collector(Set<Member> members, ArrayDeque<String> open) {
      super(OpenedClassReader.ASM_API);
      this.members = members;
      this.open = open;
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        @Nullable String signature,
        @Nullable String superName,
        String @Nullable [] interfaces) {
      if (superName != null) {
        type(superName);
      }
      if (interfaces != null) {
        for (String each : interfaces) {
          type(each);
        }
      }
    }

    @Override
    public MethodVisitor visitMethod(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      return new MethodVisitor(OpenedClassReader.ASM_API) {
        @Override
        public void visitMethodInsn(
            int opcode, String owner, String method, String methodDescriptor, boolean isInterface) {
          member(owner, method, methodDescriptor);
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String field, String type) {
          member(owner, field, type);
        }

        @Override
        public void visitTypeInsn(int opcode, String owner) {
          type(owner);
        }

        @Override
        public void visitInvokeDynamicInsn(
            String dynamic, String dynamicDescriptor, Handle bootstrap, Object... arguments) {
          for (Object argument : arguments) {
            if (argument instanceof Handle handle) {
              member(handle.getOwner(), handle.getName(), handle.getDesc());
            }
          }
        }
      };
    }

    private void type(String name) {
      if (isAdapter(name)) {
        open.add(name);
      } else if (isLibrary(name)) {
        members.add(new Member(name, null, null));
      }
    }

    private void member(String owner, String name, String descriptor) {
      if (isAdapter(owner)) {
        open.add(owner);
      } else if (isLibrary(owner)) {
        members.add(new Member(owner, name, descriptor));
      }
    }
  }
}
