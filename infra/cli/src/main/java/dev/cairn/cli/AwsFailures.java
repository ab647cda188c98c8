package dev.cairn.cli;

import java.io.IOException;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

/** Explains failures of calls to AWS: what happened, why, and what to do. */
final class AwsFailures {
  private static final Set<String> EXPIRED =
      Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired");
  private static final Set<String> UNKNOWN_KEYS =
      Set.of(
          "UnrecognizedClientException",
          "InvalidClientTokenId",
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "InvalidSignatureException",
          "AuthFailure");
  private static final Set<String> DENIED = Set.of("AccessDenied", "AccessDeniedException");
  private static final Set<String> MISSING =
      Set.of("ResourceNotFoundException", "NoSuchBucket", "NoSuchBucketException");
  private static final Pattern ACTION = Pattern.compile("not authorized to perform: (\\S+)");
  private static final Pattern RESOURCE = Pattern.compile("on resource: (\\S+)");

  private AwsFailures() {}

  /**
   * Returns a sentence for a failure of AWS or of the connection to it; empty for any other
   * failure.
   */
  static Optional<String> explain(Throwable failure) {
    return malformedEndpoint(failure)
        .or(() -> sdkFailure(failure).map(sdk -> explain(failure, sdk)));
  }

  /** The SDK reads endpoints from the environment when a client is created. */
  private static Optional<String> malformedEndpoint(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof URISyntaxException uri) {
        return Optional.of(
            "an endpoint in the environment or the AWS configuration is no address ("
                + uri.getMessage()
                + "): write AWS_ENDPOINT_URL, or AWS_ENDPOINT_URL_DYNAMODB, _S3 and _KINESIS, as"
                + " http://host:port");
      }
    }
    return Optional.empty();
  }

  private static Optional<SdkException> sdkFailure(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SdkException sdk) {
        return Optional.of(sdk);
      }
    }
    return Optional.empty();
  }

  private static String explain(Throwable failure, SdkException sdk) {
    return switch (sdk) {
      case AwsServiceException error -> serviceError(failure, error);
      case SdkClientException unsent -> noResponse(unsent);
      default -> "AWS did not accept the request: " + messageOf(sdk);
    };
  }

  private static String serviceError(Throwable failure, AwsServiceException error) {
    String code = code(error);
    String service = service(error);
    if (EXPIRED.contains(code) || messageOf(error).contains("SSO session")) {
      return "the credentials have expired ("
          + messageOf(error)
          + "): sign in again, such as with aws sso login, or export fresh ones";
    }
    if (UNKNOWN_KEYS.contains(code)) {
      return service
          + " does not know these credentials, or their signature is wrong ("
          + messageOf(error)
          + "): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile (aws sts"
          + " get-caller-identity shows who you are), and this machine's clock";
    }
    if (DENIED.contains(code)) {
      return denied(failure, error);
    }
    if (MISSING.contains(code)) {
      return missing(service, error);
    }
    if (error.isThrottlingException()) {
      return service
          + " throttled the request ("
          + messageOf(error)
          + "): try again in a few seconds";
    }
    if (error.statusCode() >= 500) {
      return service
          + " failed with "
          + error.statusCode()
          + " ("
          + messageOf(error)
          + "): nothing is wrong here; try again";
    }
    return service + " refused the request: " + code + ": " + messageOf(error);
  }

  private static String denied(Throwable failure, AwsServiceException error) {
    Optional<String> action = find(ACTION, messageOf(error));
    String what =
        action.map(name -> name + " is not allowed").orElse("the request is not allowed")
            + find(RESOURCE, messageOf(error)).map(resource -> " on " + resource).orElse("");
    // S3's error names no action, but the storage's message about the call does.
    String call =
        action.isPresent() || failure == error
            ? ""
            : " (" + String.valueOf(failure.getMessage()) + ")";
    return what
        + " for these credentials"
        + call
        + ": allow "
        + action.orElse("it")
        + " in the policy of the user or role, or use other credentials (--profile, AWS_PROFILE)";
  }

  private static String missing(String service, AwsServiceException error) {
    return switch (service) {
      case "DynamoDb" ->
          "there is no such table here ("
              + messageOf(error)
              + "): check --table or CAIRN_TABLE, the region (--region, AWS_REGION) and the account"
              + " (--profile)";
      case "Kinesis" ->
          "there is no such stream here ("
              + messageOf(error)
              + "): check --stream, the region (--region, AWS_REGION) and the account (--profile)";
      case "S3" ->
          "there is no such bucket ("
              + messageOf(error)
              + "): check --storage, or whether the deployment's bucket was deleted";
      default -> "there is no such resource in " + service + ": " + messageOf(error);
    };
  }

  private static String noResponse(SdkClientException unsent) {
    String messageOf = messageOf(unsent);
    if (messageOf.contains("Unable to load region")) {
      return "no region is set: give --region, set AWS_REGION, or put region = … into the profile"
          + " in ~/.aws/config; a profile that does not exist has none (aws configure"
          + " list-profiles)";
    }
    if (messageOf.contains("SSO session") || messageOf.contains("sso login")) {
      return "the SSO session has expired (" + messageOf + "): sign in again with aws sso login";
    }
    if (messageOf.contains("Unable to load credentials")) {
      return "no credentials were found: sign in with aws sso login or aws configure and name the"
          + " profile (--profile, AWS_PROFILE), or set AWS_ACCESS_KEY_ID and"
          + " AWS_SECRET_ACCESS_KEY; LocalStack accepts any, such as test and test";
    }
    if (messageOf.contains("rofile")) {
      return "the profile cannot be used ("
          + messageOf
          + "): check its name (--profile, AWS_PROFILE; aws configure list-profiles) and what"
          + " ~/.aws/config and ~/.aws/credentials say of it";
    }
    return rootIoFailure(unsent)
        .map(
            io ->
                "no connection to AWS ("
                    + io.getClass().getSimpleName()
                    + ": "
                    + io.getMessage()
                    + "): check the endpoint (--endpoint; AWS_ENDPOINT_URL, or for one service"
                    + " AWS_ENDPOINT_URL_DYNAMODB, _S3, _KINESIS), that the service behind it"
                    + " is running, and the network")
        .orElseGet(() -> "AWS could not be reached: " + messageOf);
  }

  private static Optional<IOException> rootIoFailure(Throwable failure) {
    Optional<IOException> root = Optional.empty();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException io) {
        root = Optional.of(io);
      }
    }
    return root;
  }

  private static Optional<String> find(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static String code(AwsServiceException error) {
    return details(error).map(AwsErrorDetails::errorCode).orElse("");
  }

  private static String service(AwsServiceException error) {
    return details(error).map(AwsErrorDetails::serviceName).orElse("AWS");
  }

  private static Optional<AwsErrorDetails> details(AwsServiceException error) {
    return Optional.ofNullable(error.awsErrorDetails());
  }

  /** Returns the failure's message without the request's ids, which do not help a user. */
  static String messageOf(RuntimeException failure) {
    return failure instanceof SdkException sdk
        ? messageOf(sdk)
        : String.valueOf(failure.getMessage());
  }

  private static String messageOf(SdkException failure) {
    if (failure instanceof AwsServiceException error) {
      Optional<String> message = details(error).map(AwsErrorDetails::errorMessage);
      if (message.isPresent()) {
        return message.get();
      }
    }
    String message = String.valueOf(failure.getMessage());
    int ids = message.indexOf(" (Service: ");
    return ids < 0 ? message : message.substring(0, ids);
  }
}
