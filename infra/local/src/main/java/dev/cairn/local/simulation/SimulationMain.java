package dev.cairn.local.simulation;

/** Runs seeds: {@code first count}, or one seed with its trace: {@code seed}. */
public final class SimulationMain {
  private SimulationMain() {}

  public static void main(String[] args) {
    long first = Long.parseLong(args[0]);
    if (args.length == 1) {
      SimulationResult result = Simulation.replay(first, Guards.all(), System.out::println);
      System.out.println(result);
      result.violation().ifPresent(Throwable::printStackTrace);
      return;
    }
    long count = Long.parseLong(args[1]);
    Tally tally = new Tally();
    long events = 0;
    long failed = 0;
    for (long seed = first; seed < first + count; seed++) {
      try {
        SimulationResult result = Simulation.run(seed, Guards.all());
        tally.add(result.tally());
        events += result.events();
        if (result.violation().isPresent()) {
          failed++;
          System.out.println("seed " + seed + ": " + result.violation().get().getMessage());
        }
      } catch (RuntimeException e) {
        failed++;
        System.out.println("seed " + seed + " crashed: " + e + " / " + e.getCause());
        if (failed < 3) e.printStackTrace(System.out);
      }
    }
    tally.counts().forEach((what, n) -> System.out.printf("%10d %s%n", n, what));
    System.out.println(failed + " failed, " + events + " events");
  }
}
