package dev.cairn.deployment;

import java.time.Duration;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/**
 * Creates the AWS clients of a deployed function. They use the JDK's HTTP client, which loads
 * fastest, and time-outs that leave an invocation time for another attempt.
 */
public final class DeployedClients {
  private static final Duration CONNECT = Duration.ofSeconds(2);
  // Half of the shortest function time-out that the construct accepts.
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private DeployedClients() {}

  /**
   * Keeps this many connections to each service open, instead of the JDK's five, because opening a
   * connection takes many times as long as a call. Must be called before the first call.
   */
  public static void keepConnections(int most) {
    System.setProperty("http.maxConnections", Integer.toString(most));
  }

  /** Sets the clients' region, credentials and endpoint from the function's environment. */
  public static <B extends AwsSyncClientBuilder<B, C>, C> B configure(B builder) {
    return builder.httpClientBuilder(
        UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE));
  }
}
