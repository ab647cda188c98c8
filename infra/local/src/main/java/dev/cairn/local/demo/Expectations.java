package dev.cairn.local.demo;

import dev.cairn.cli.output.Sizes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The expectations of a demo in addition to equal state. A small input is too short for all of it.
 *
 * @param checkpoints the smallest number of completed checkpoints
 * @param rewound the smallest number of records that the restore must revert
 */
record Expectations(int checkpoints, long rewound, Set<Mishap> mishaps, Set<Reshard> reshards) {
  private static final int SMALL = 1_000;
  private static final long REWOUND = 50_000;

  static Expectations of(int records) {
    return records < SMALL
        ? new Expectations(1, 0, EnumSet.noneOf(Mishap.class), EnumSet.noneOf(Reshard.class))
        : new Expectations(
            DemoSettings.CHECKPOINTS,
            Math.min(REWOUND, records / 6),
            EnumSet.allOf(Mishap.class),
            EnumSet.allOf(Reshard.class));
  }

  /** Returns the unmet expectations, as text. */
  List<String> broken(
      int completed, Set<Mishap> faced, Set<Reshard> followed, Optional<DemoLog.Rewind> rewind) {
    List<String> broken = new ArrayList<>();
    if (completed < checkpoints) {
      broken.add("only " + completed + " checkpoints were completed, not " + checkpoints);
    }
    for (Mishap mishap : mishaps) {
      if (!faced.contains(mishap)) {
        broken.add("there was not " + mishap.words());
      }
    }
    for (Reshard reshard : reshards) {
      if (!followed.contains(reshard)) {
        broken.add("the job did not follow " + reshard.words());
      }
    }
    long taken = rewind.map(DemoLog.Rewind::rewound).orElse(0L);
    if (taken < rewound) {
      broken.add(
          "the restore took back "
              + Sizes.count(taken)
              + " records, not at least "
              + Sizes.count(rewound));
    }
    rewind
        .filter(restore -> restore.rewound() != restore.replayed())
        .ifPresent(
            restore ->
                broken.add(
                    "of "
                        + Sizes.count(restore.rewound())
                        + " records that the restore took back, "
                        + Sizes.count(restore.replayed())
                        + " were applied again"));
    return broken;
  }
}
