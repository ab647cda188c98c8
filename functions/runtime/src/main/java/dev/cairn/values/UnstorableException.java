package dev.cairn.values;

/** A value that cannot be stored exactly, or stored bytes that are not such a value. */
public final class UnstorableException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String path;
  private final String problem;

  UnstorableException(String problem) {
    this("", problem, null);
  }

  UnstorableException(String problem, Throwable cause) {
    this("", problem, cause);
  }

  @SuppressWarnings("NullAway") // a cause may be absent
  private UnstorableException(
      String path, String problem, @org.jspecify.annotations.Nullable Throwable cause) {
    super(path.isEmpty() ? problem : "component \"" + path + "\": " + problem, cause);
    this.path = path;
    this.problem = problem;
  }

  /** Describes this problem from the view of the component's owner. */
  static UnstorableException within(String component, RuntimeException e) {
    if (e instanceof UnstorableException inner) {
      String path =
          inner.path.isEmpty() || inner.path.startsWith("[")
              ? component + inner.path
              : component + "." + inner.path;
      return new UnstorableException(path, inner.problem, e);
    }
    return new UnstorableException(component, String.valueOf(e.getMessage()), e);
  }
}
