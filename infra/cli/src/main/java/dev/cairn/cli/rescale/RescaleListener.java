package dev.cairn.cli.rescale;

import dev.cairn.cli.rescale.RescaleDecisions.Next.Wait;
import dev.cairn.cli.rescale.RescaleDecisions.Sent;
import dev.cairn.cli.rescale.ReshardProgress.Change;

/** Receives the steps of a rescale, in their order. */
public interface RescaleListener {

  /** Kinesis has accepted a request. */
  void requested(Sent request);

  /** Shards have reached a stage. */
  void changed(Change change);

  /** It waits for another reason than before. */
  void waiting(Wait wait);
}
