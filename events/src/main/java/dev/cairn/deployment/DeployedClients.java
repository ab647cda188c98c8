package dev.cairn.deployment;

import java.time.Duration;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/**
 * Clients of a deployed function: over the JDK's own HTTP, which loads fastest, and with time-outs
 * that leave an invocation the time to try again.
 */
public final class DeployedClients {
  private static final Duration CONNECT = Duration.ofSeconds(2);
  // Half of the shortest function time-out that the construct takes.
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private DeployedClients() {}

  /**
   * Keeps so many connections to each service for the calls to come, instead of the JDK's five: a
   * new one costs many times what a call does. To be said before the first call.
   */
  public static void keepConnections(int most) {
    System.setProperty("http.maxConnections", Integer.toString(most));
  }

  /** Region, credentials and endpoint are those of the function's environment. */
  public static <B extends AwsSyncClientBuilder<B, C>, C> B configure(B builder) {
    return builder.httpClientBuilder(
        UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE));
  }
}
