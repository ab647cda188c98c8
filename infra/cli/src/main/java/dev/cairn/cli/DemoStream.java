package dev.cairn.cli;

import dev.cairn.cli.demo.StreamMailbox;
import dev.cairn.cli.demo.StreamMailbox.ListedShard;
import dev.cairn.cli.demo.StreamMailbox.Request;
import dev.cairn.cli.rescale.KinesisQuotas.AccountShards;
import dev.cairn.cli.rescale.ScalableStream;
import dev.cairn.cli.rescale.StreamScaling;
import dev.cairn.cli.status.Lag;
import dev.cairn.id.ShardId;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The running demo's stream, which only the demo's process can access. */
final class DemoStream implements StreamScaling {
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private final StreamMailbox mailbox;
  private final InstantSource clock;
  private List<ListedShard> shards = List.of();

  DemoStream(StreamMailbox mailbox, InstantSource clock) {
    this.mailbox = mailbox;
    this.clock = clock;
  }

  @Override
  public ScalableStream describe() {
    List<Shard> listed = list();
    Set<ShardId> ended =
        listed.stream().flatMap(shard -> shard.parents().stream()).collect(Collectors.toSet());
    return new ScalableStream(
        "of the demo",
        ScalableStream.Mode.PROVISIONED,
        ScalableStream.Status.ACTIVE,
        (int) listed.stream().filter(shard -> !ended.contains(shard.id())).count());
  }

  @Override
  public Optional<AccountShards> account(ScalableStream stream) {
    return Optional.empty();
  }

  @Override
  public Response request(int count) {
    return ask(new Request(Optional.of(count)))
        .limit()
        .<Response>map(Response.LimitExceeded::new)
        .orElseGet(Response.Accepted::new);
  }

  /** Lists the shards that the stream has now. */
  List<Shard> list() {
    shards = ask(new Request(Optional.empty())).shards();
    return shards.stream().map(ListedShard::shard).toList();
  }

  /** Returns how far the job was behind a shard's end when the shards were listed. */
  Lag lag(ShardId shard) {
    return shards.stream()
        .filter(listed -> listed.shard().id().equals(shard))
        .<Lag>map(
            listed ->
                listed
                    .waitingSince()
                    .<Lag>map(since -> new Lag.Behind(Duration.between(since, clock.instant())))
                    .orElseGet(Lag.None::new))
        .findFirst()
        .orElseGet(() -> new Lag.Unknown("the stream does not list the shard"));
  }

  private StreamMailbox.Response ask(Request request) {
    try {
      return mailbox
          .ask(request, LONGEST)
          .orElseThrow(
              () ->
                  ExitException.no(
                      "the demo has not responded within "
                          + LONGEST.toSeconds()
                          + " s, and its stream is inside its process: it responds after its run"
                          + " has ended, if it was started with --keep"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ExitException.no("interrupted");
    }
  }
}
