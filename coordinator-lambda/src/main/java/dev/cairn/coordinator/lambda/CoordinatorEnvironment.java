package dev.cairn.coordinator.lambda;

import dev.cairn.deployment.Environment;
import dev.cairn.deployment.StorageLocation;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.job.Deployment;
import dev.cairn.settings.FlinkDuration;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.regions.Region;

/**
 * The environment of the coordinator's function.
 *
 * @param taskTimeout the longest that an invocation of the task takes
 * @param sourceMapping the UUID of the mapping that feeds the task
 * @param events empty if no events are to be sent
 */
record CoordinatorEnvironment(
    Deployment deployment,
    String table,
    Duration taskTimeout,
    String tickQueue,
    String sourceMapping,
    Optional<Events> events) {

  /**
   * The event bus that receives events.
   *
   * @param bus the name of the EventBridge bus, or its ARN
   */
  record Events(String bus, String region, URI endpoint) {}

  /**
   * @throws Environment.SettingException if a variable is missing or invalid; the message names it
   */
  static CoordinatorEnvironment read(Environment variables) {
    return new CoordinatorEnvironment(
        new Deployment(
                variables.require("CAIRN_JOB", JobId::new),
                variables.require("CAIRN_STAGE", StageId::new),
                variables.require("CAIRN_STREAM", Function.identity()),
                StorageLocation.read(variables).toString(),
                variables.require("CAIRN_TASK_FUNCTION", Function.identity()),
                variables.settings())
            .withReservedConcurrency(variables.find("CAIRN_RESERVED_CONCURRENCY", Integer::valueOf))
            .withStreamShards(variables.find("CAIRN_STREAM_SHARDS", Integer::valueOf)),
        variables.require("CAIRN_TABLE", Function.identity()),
        variables.require("CAIRN_TASK_TIMEOUT", FlinkDuration::parse),
        variables.require("CAIRN_TICK_QUEUE", Function.identity()),
        variables.require("CAIRN_SOURCE_MAPPING", Function.identity()),
        variables.find("CAIRN_EVENT_BUS", Function.identity()).map(bus -> events(bus, variables)));
  }

  private static Events events(String bus, Environment variables) {
    String region = variables.require("AWS_REGION", Function.identity());
    URI endpoint =
        variables
            .find("AWS_ENDPOINT_URL_EVENTBRIDGE", URI::create)
            .or(() -> variables.find("AWS_ENDPOINT_URL", URI::create))
            .orElseGet(
                () ->
                    URI.create(
                        "https://events."
                            + region
                            + "."
                            + Region.of(region).metadata().partition().dnsSuffix()));
    return new Events(bus, region, endpoint);
  }

  JobId job() {
    return deployment.job();
  }
}
