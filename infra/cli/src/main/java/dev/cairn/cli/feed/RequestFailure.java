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

/** The kind of a failed request. */
enum RequestFailure {
  /** The service throttled it, and may accept it later. */
  THROTTLED,
  /** No connection was made. */
  NOT_SENT,
  /** Another attempt would fail, too. */
  NOT_RETRYABLE,
  /** The service failed, and may have executed it. */
  SERVER_ERROR,
  /** There was no response; it may be executed later. */
  NO_RESPONSE;

  static RequestFailure of(SdkException failure) {
    if (failure instanceof AwsServiceException response) {
      return ofResponse(response);
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

  private static RequestFailure ofResponse(AwsServiceException response) {
    if (response instanceof ProvisionedThroughputExceededException
        || response instanceof LimitExceededException
        || response.isThrottlingException()) {
      return THROTTLED;
    }
    return response.statusCode() >= 500 ? SERVER_ERROR : NOT_RETRYABLE;
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
