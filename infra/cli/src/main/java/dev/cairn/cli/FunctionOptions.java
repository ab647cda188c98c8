package dev.cairn.cli;

import dev.cairn.cli.input.RowKeys;
import dev.cairn.cli.input.UserFunction;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for a user's function, and for the partition key of its records. */
public final class FunctionOptions {
  @Option(
      names = "--function",
      paramLabel = "CLASS",
      description = "Your own dev.cairn.function.KeyedFunction.")
  private @Nullable String function;

  @Option(names = "--jar", paramLabel = "FILE", description = "The jar that contains the function.")
  private @Nullable Path jar;

  @Option(
      names = "--key",
      paramLabel = "FIELD",
      description =
          "The field that holds the partition key, with dots for nested fields (card.token);"
              + " it overrides the function's keyOf. Records without a key get the key "
              + RowKeys.UNKNOWN
              + ".")
  private @Nullable String key;

  /**
   * @throws ExitException if a jar is given without its class
   */
  public void requireComplete() {
    if (jar != null && function == null) {
      throw ExitException.unusable(
          "--jar "
              + jar
              + " was given without --function: name the class in it that is your function");
    }
  }

  public boolean hasFunction() {
    return function != null;
  }

  /** Returns the named function; empty if none is named. */
  public Optional<UserFunction> function() {
    requireComplete();
    return Optional.ofNullable(function)
        .map(name -> UserFunction.load(name, Optional.ofNullable(jar)));
  }

  public Optional<String> key() {
    return Optional.ofNullable(key);
  }
}
