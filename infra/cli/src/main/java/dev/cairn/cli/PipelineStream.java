package dev.cairn.cli;

import dev.cairn.cli.demo.Mailbox;
import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.cli.rescale.KinesisStreamScaling;
import dev.cairn.cli.rescale.StreamScaling;
import dev.cairn.cli.status.KinesisLag;
import dev.cairn.cli.status.PipelineSurvey.ShardLag;
import dev.cairn.kinesis.KinesisStreamReader;
import dev.cairn.retry.Backoff;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamReader;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;

/**
 * A pipeline's stream: of Kinesis, or of the running demo.
 *
 * @param listing lists the shards; empty if the stream cannot list them now
 */
record PipelineStream(StreamScaling scaling, Supplier<List<Shard>> listing, ShardLag lags) {

  /**
   * @throws ExitException if nothing names the stream
   */
  static PipelineStream of(Connection connection, Path home) {
    if (connection.isDemo() && connection.stream().isEmpty()) {
      DemoStream demo =
          new DemoStream(new Mailbox(RunningDemo.mailbox(home)).ofStream(), InstantSource.system());
      return new PipelineStream(demo, demo::list, (shard, position, start) -> demo.lag(shard));
    }
    String name =
        connection.stream()
            .orElseThrow(
                () ->
                    ExitException.unusable(
                        "--stream is needed: job "
                            + connection.job()
                            + " has no deployment item in the table, which would name its stream"));
    KinesisClient client = connection.kinesis();
    StreamReader reader = new KinesisStreamReader(client, name, Backoff.sleeping());
    return new PipelineStream(
        new KinesisStreamScaling(client, name, Backoff.sleeping()),
        () -> list(reader),
        new KinesisLag(client, name, InstantSource.system()));
  }

  /** A stream that is being updated may refuse to list its shards. */
  private static List<Shard> list(StreamReader reader) {
    try {
      return reader.shards();
    } catch (ResourceInUseException e) {
      return List.of();
    }
  }
}
