package dev.cairn.cli.rescale;

import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.rescale.KinesisQuotas.AccountShards;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The requests that bring a stream from its number of open shards to another. */
public sealed interface RescalePlan {

  /** The stream has as many open shards as it is to have. */
  record Unchanged() implements RescalePlan {}

  /**
   * Requests, one after the other.
   *
   * @param shards the number of shards that each requests; the last one is the target
   */
  record Requests(List<Integer> shards) implements RescalePlan {
    public Requests {
      shards = List.copyOf(shards);
    }
  }

  /** A quota does not allow it. The reason says which, and what to do. */
  record BeyondQuota(String reason) implements RescalePlan {}

  /**
   * Returns as few requests as possible: each at most doubles the open shards, or at least halves
   * them.
   *
   * @param open the stream's open shards, 1 or more
   * @param target how many it is to have, 1 or more
   */
  static RescalePlan of(int open, int target, KinesisQuotas quotas) {
    if (open == target) {
      return new Unchanged();
    }
    List<Integer> requests = requests(open, target);
    return beyondStream(open, target, quotas)
        .or(() -> beyondAccount(open, target, quotas))
        .or(() -> beyondDay(open, requests, quotas))
        .<RescalePlan>map(BeyondQuota::new)
        .orElseGet(() -> new Requests(requests));
  }

  private static List<Integer> requests(int open, int target) {
    List<Integer> requests = new ArrayList<>();
    int reached = open;
    while (reached != target) {
      reached =
          target > reached
              ? (int) Math.min(target, 2L * reached)
              // "Below half" is refused, so half of an odd number is rounded up.
              : Math.max(target, (reached + 1) / 2);
      requests.add(reached);
    }
    return requests;
  }

  private static Optional<String> beyondStream(int open, int target, KinesisQuotas quotas) {
    return quotas
        .shardsOfAStream()
        .filter(most -> target > open ? target > most : open > most && target >= most)
        .map(
            most ->
                target > open
                    ? Sizes.count(target)
                        + " shards are more than the "
                        + Sizes.count(most)
                        + " that Kinesis allows for a stream by default: request "
                        + Sizes.count(most)
                        + " or fewer, or have the quota raised and add --raised-quotas"
                    : "Kinesis scales a stream of more than "
                        + Sizes.count(most)
                        + " shards down to fewer than "
                        + Sizes.count(most)
                        + " only, by default: request fewer, or have the quota raised and add"
                        + " --raised-quotas");
  }

  private static Optional<String> beyondAccount(int open, int target, KinesisQuotas quotas) {
    return quotas
        .account()
        .filter(account -> target > open && target > account.available())
        .map(account -> beyondAccount(target, account));
  }

  private static String beyondAccount(int target, AccountShards account) {
    return "the account may have "
        + Sizes.count(account.limit())
        + " open shards in this region, and its other streams have "
        + Sizes.count(account.ofOtherStreams())
        + ": "
        + Sizes.count(target)
        + " for this stream exceed the quota; request "
        + Sizes.count(Math.max(1, account.available()))
        + " or fewer, or have the quota \"Shards per Region\" raised in Service Quotas";
  }

  private static Optional<String> beyondDay(
      int open, List<Integer> requests, KinesisQuotas quotas) {
    return quotas
        .requestsADay()
        .filter(most -> requests.size() > most)
        .map(
            most ->
                "from "
                    + Sizes.count(open)
                    + " to "
                    + Sizes.count(requests.getLast())
                    + " shards takes "
                    + requests.size()
                    + " requests, because each doubles the number at most and halves it at least,"
                    + " and Kinesis accepts "
                    + most
                    + " for a stream within 24 hours by default: cairn rescale "
                    + requests.get(most - 1)
                    + " first, and the rest a day later; if the quota was raised, add"
                    + " --raised-quotas");
  }
}
