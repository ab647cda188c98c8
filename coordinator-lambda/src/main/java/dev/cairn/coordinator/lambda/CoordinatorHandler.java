package dev.cairn.coordinator.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.cairn.deployment.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * The Lambda handler of the coordinator. Environment variables name its job. It is invoked by a
 * rule once a minute, by the table's stream, by the tick queue, and with commands for the job.
 */
public final class CoordinatorHandler implements RequestStreamHandler {
  private final CoordinatorEnvironment environment;
  private Optional<CoordinatorEndpoint> connected = Optional.empty();

  /**
   * Reads only the environment, so that containers restored from one snapshot share no connection,
   * clock or id.
   *
   * @throws Environment.SettingException if a variable is missing or invalid; the message names it
   */
  public CoordinatorHandler() {
    this.environment = CoordinatorEnvironment.read(new Environment(System.getenv()));
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    CoordinatorEndpoint endpoint =
        connected.orElseGet(() -> CoordinatorEndpoint.connect(environment, System.out::println));
    connected = Optional.of(endpoint);
    Duration remaining = Duration.ofMillis(context.getRemainingTimeInMillis());
    output.write(endpoint.handle(input, remaining));
  }
}
