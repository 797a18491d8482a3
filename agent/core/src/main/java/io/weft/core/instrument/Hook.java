package io.weft.core.instrument;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A method to hook, and the advice that is linked to it.
 *
 * @param type the class, by its name as it stands in the application (that of the copy, for a
 *     relocated library)
 * @param method the method's name; {@code <init>} for constructors
 * @param parameters names of its parameters' types; null for every method of that name that has a
 *     body
 * @param returned name of the type it returns; null for any. A method that narrows what it returns
 *     has a twin that does not, and it is the twin that is called by those who know the wider type
 * @param advice the class of the advice, in {@code io.weft.instrumentation}; its methods are
 *     public, static and annotated for Byte Buddy with {@code inline = false}
 */
public record Hook(
    String type,
    String method,
    @Nullable List<String> parameters,
    @Nullable String returned,
    String advice) {
  /** Every method of a name. */
  public static Hook all(String type, String method, String advice) {
    return new Hook(type, method, null, null, advice);
  }

  /** Every method of a name that returns this type. */
  public static Hook returning(String returned, String type, String method, String advice) {
    return new Hook(type, method, null, returned, advice);
  }

  /** One method. */
  public static Hook method(String type, String method, List<String> parameters, String advice) {
    return new Hook(type, method, List.copyOf(parameters), null, advice);
  }

  /** One constructor. */
  public static Hook constructor(String type, List<String> parameters, String advice) {
    return new Hook(type, "<init>", List.copyOf(parameters), null, advice);
  }
}
