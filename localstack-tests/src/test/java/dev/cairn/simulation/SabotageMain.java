package dev.cairn.simulation;
import dev.cairn.local.simulation.*;
public class SabotageMain {
  public static void main(String[] a) {
    for (Sabotage s : Sabotage.values()) {
      if (a.length > 0 && !s.name().equals(a[0])) continue;
      String found = "NOT FOUND";
      long t = System.nanoTime();
      for (long seed = 1; seed <= 400; seed++) {
        try {
          SimulationResult r = Simulation.run(seed, s.guards);
          if (r.violation().isPresent()) { found = "seed " + seed + " " + r.violation().get().getMessage(); break; }
        } catch (RuntimeException e) { Throwable x = e; while (x.getCause() != null) x = x.getCause(); found = "seed " + seed + " CRASH " + x; break; }
      }
      System.out.println(s + ": " + (found.length() > 260 ? found.substring(0, 260) : found) + "  " + (System.nanoTime() - t) / 1000000 + " ms");
    }
  }
}
