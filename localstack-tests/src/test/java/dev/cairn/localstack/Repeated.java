package dev.cairn.localstack;

import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Requests which are refused when they are repeated, although the first one was granted. */
public final class Repeated {
  private static final Set<String> IS_THERE =
      Set.of("ResourceInUseException", "ResourceConflictException");

  private Repeated() {}

  /**
   * Makes something under a name that nobody else uses. The SDK asks again when an answer is lost,
   * and is then told that what it just made exists.
   */
  public static void create(Runnable request) {
    try {
      request.run();
    } catch (AwsServiceException e) {
      boolean askedAgain = e.numAttempts() != null && e.numAttempts() > 1;
      if (!askedAgain || !IS_THERE.contains(e.awsErrorDetails().errorCode())) {
        throw e;
      }
    }
  }
}
