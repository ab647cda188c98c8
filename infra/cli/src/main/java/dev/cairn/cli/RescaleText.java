package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.rescale.RescaleDecisions.Next.Wait;
import dev.cairn.cli.rescale.RescaleDecisions.Sent;
import dev.cairn.cli.rescale.RescaleListener;
import dev.cairn.cli.rescale.RescalePlan;
import dev.cairn.cli.rescale.ReshardProgress.Change;
import dev.cairn.cli.rescale.ScalableStream;
import dev.cairn.id.ShardId;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The steps of a rescale, each as a line of text or of JSON. */
final class RescaleText implements RescaleListener {
  private final PrintWriter out;
  private final boolean isJson;
  private final InstantSource clock;

  RescaleText(PrintWriter out, boolean isJson, InstantSource clock) {
    this.out = out;
    this.isJson = isJson;
    this.clock = clock;
  }

  void planned(ScalableStream stream, int target, RescalePlan plan) {
    List<Integer> requests =
        switch (plan) {
          case RescalePlan.Requests(List<Integer> shards) -> shards;
          case RescalePlan.Unchanged unchanged -> List.of();
          case RescalePlan.BeyondQuota beyond -> List.of();
        };
    ObjectNode json =
        JsonOutput.object()
            .put("stream", stream.name())
            .put("status", stream.status().name())
            .put("openShards", stream.openShards())
            .put("target", target);
    requests.forEach(json.putArray("requests")::add);
    print(
        "plan",
        json,
        requests.isEmpty()
            ? "stream " + stream.name() + " has " + shards(stream.openShards()) + " already"
            : "stream "
                + stream.name()
                + " has "
                + shards(stream.openShards())
                + "; "
                + (requests.size() == 1 ? "1 request: " : requests.size() + " requests: ")
                + requests.stream().map(Sizes::count).collect(Collectors.joining(", then ")));
  }

  void warned(String warning) {
    print("warning", JsonOutput.object(), warning);
  }

  @Override
  public void requested(Sent request) {
    print(
        "requested",
        JsonOutput.object().put("from", request.from()).put("to", request.to()),
        Sizes.count(request.to()) + " shards in place of " + Sizes.count(request.from()));
  }

  @Override
  public void changed(Change change) {
    ObjectNode json = JsonOutput.object();
    ArrayNode shards = json.putArray("shards");
    change.shards().forEach(shard -> shards.add(shard.value()));
    print(
        change.stage().label(),
        json,
        change.shards().stream()
            .map(ShardId::value)
            .map(Elision::shards)
            .collect(Collectors.joining(" ")));
  }

  @Override
  public void waiting(Wait wait) {
    print(
        "waits",
        JsonOutput.object().put("reason", wait.reason().name().toLowerCase(Locale.ROOT)),
        wait.text());
  }

  void done(String stream, int target, int requests) {
    print(
        "done",
        JsonOutput.object().put("openShards", target).put("requests", requests),
        "stream "
            + stream
            + " has "
            + shards(target)
            + ", and the job has caught up with each child"
            + (requests == 0 ? "; no request was needed" : ""));
  }

  /**
   * Prints the end of a command that does not wait.
   *
   * @param left how many requests are still needed
   */
  void sent(int target, int left) {
    print(
        "sent",
        JsonOutput.object().put("requestsLeft", left),
        left == 0
            ? "the job follows by itself; cairn shards shows it"
            : "more requests are needed: call cairn rescale "
                + target
                + " again when the stream is ACTIVE");
  }

  private static String shards(int count) {
    return Sizes.count(count) + (count == 1 ? " open shard" : " open shards");
  }

  private void print(String step, ObjectNode fields, String words) {
    if (isJson) {
      ObjectNode line = JsonOutput.object().put("step", step).put("at", clock.instant().toString());
      line.setAll(fields);
      out.println(JsonOutput.line(line.put("text", words)));
    } else {
      out.println(String.format(Locale.ROOT, "%-10s %s", step, words));
    }
    out.flush();
  }
}
