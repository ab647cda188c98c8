package dev.cairn.lambda;

/**
 * The class of the user's function cannot be loaded in this process, and cannot be in any later
 * invocation of the process either.
 */
public final class FunctionNotLoadedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FunctionNotLoadedException(String className, String why) {
    super(message(className, why));
  }

  FunctionNotLoadedException(String className, String why, Throwable cause) {
    super(message(className, why), cause);
  }

  private static String message(String className, String why) {
    return "environment variable CAIRN_FUNCTION cannot be \"" + className + "\": " + why;
  }
}
