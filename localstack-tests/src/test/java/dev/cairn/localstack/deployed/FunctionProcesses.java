package dev.cairn.localstack.deployed;

import static org.awaitility.Awaitility.await;

import java.time.Duration;

/** The functions' JVMs, and what a machine does to them. */
final class FunctionProcesses {
  private static final String FROZEN = "/tmp/cairn-frozen";
  private static final String WANTED = "/tmp/cairn-freeze";

  private final LocalCloud cloud;

  FunctionProcesses(LocalCloud cloud) {
    this.cloud = cloud;
  }

  /**
   * @param pid in the container
   * @param point the call at which it stopped
   */
  record Frozen(long pid, String point) {}

  /**
   * Whether functions are processes of LocalStack's own container. Where it starts a container for
   * each, no signal from here reaches them.
   */
  boolean areInReach() {
    return !cloud
        .shell(
            "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -q"
                + " 'runtime.api.client.AWSLambd[a]' && echo ${p#/proc/}; done; true")
        .isEmpty();
  }

  /** The next process that comes to such a call stops there. */
  void freezeAt(String point) {
    cloud.shell("rm -f " + FROZEN + "; printf '%s' '" + point + "' > " + WANTED);
  }

  /** Waits until one has stopped. */
  Frozen awaitFrozen(Duration atMost) {
    await("a process that comes to " + cloud.shell("cat " + WANTED))
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> !cloud.shell("cat " + FROZEN + " 2>/dev/null").isEmpty());
    String[] parts = cloud.shell("cat " + FROZEN).split(" ", 2);
    Frozen frozen = new Frozen(Long.parseLong(parts[0]), parts[1]);
    signal("STOP", frozen.pid());
    await("process " + frozen.pid() + " to stop").until(() -> state(frozen.pid()).equals("T"));
    return frozen;
  }

  /** The kernel's letter for a process: T stopped, empty if it is gone. */
  String state(long pid) {
    return cloud.shell("sed 's/.*) //' /proc/" + pid + "/stat 2>/dev/null | cut -c1");
  }

  void kill(long pid) {
    signal("KILL", pid);
  }

  void thaw(long pid) {
    signal("CONT", pid);
  }

  private void signal(String name, long pid) {
    cloud.shell("kill -" + name + " " + pid);
  }
}
