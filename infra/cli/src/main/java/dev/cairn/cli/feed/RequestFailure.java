package dev.cairn.cli.feed;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import javax.net.ssl.SSLHandshakeException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;

/** How far a request came that failed. */
enum RequestFailure {
  /** The service turned it away, and may take it later. */
  THROTTLED,
  /** No connection was made. */
  NOT_SENT,
  /** Another attempt would fail, too. */
  NOT_RETRYABLE,
  /** The service failed on it, and may have carried it out. */
  SERVER_ERROR,
  /** It was sent and no answer came; it may be carried out later. */
  NO_RESPONSE;

  static RequestFailure of(SdkException failure) {
    if (failure instanceof AwsServiceException answer) {
      return ofResponse(answer);
    }
    if (failure instanceof ApiCallTimeoutException
        || failure instanceof ApiCallAttemptTimeoutException) {
      return NO_RESPONSE;
    }
    RequestFailure reached = NOT_RETRYABLE;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (isOfConnecting(cause)) {
        return NOT_SENT;
      }
      if (cause instanceof IOException) {
        reached = NO_RESPONSE;
      }
    }
    return reached;
  }

  private static RequestFailure ofResponse(AwsServiceException answer) {
    if (answer instanceof ProvisionedThroughputExceededException
        || answer instanceof LimitExceededException
        || answer.isThrottlingException()) {
      return THROTTLED;
    }
    return answer.statusCode() >= 500 ? SERVER_ERROR : NOT_RETRYABLE;
  }

  private static boolean isOfConnecting(Throwable cause) {
    return cause instanceof ConnectException
        || cause instanceof UnknownHostException
        || cause instanceof NoRouteToHostException
        || cause instanceof SSLHandshakeException
        || (cause instanceof SocketTimeoutException
            && String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT).startsWith("connect"));
  }
}
