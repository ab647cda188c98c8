package dev.cairn.operator;

/** The user's function cannot be created or opened, so no records can be applied. */
public final class FunctionNotOpenedException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  public FunctionNotOpenedException(String message, Throwable cause) {
    super(message, cause);
  }
}
