package dev.cairn.simulation;

import dev.cairn.backend.heap.HeapStateBackend;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.inmemory.lambda.Handler;
import dev.cairn.inmemory.lambda.LocalInvocation;
import dev.cairn.inmemory.world.World;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.Job;
import dev.cairn.job.RefusedStream;
import dev.cairn.job.Registration;
import dev.cairn.job.Registrations;
import dev.cairn.job.Request;
import dev.cairn.operator.Operator;
import dev.cairn.operator.Serialization;
import dev.cairn.settings.Configuration;
import dev.cairn.simulation.audit.FaultTally;
import dev.cairn.simulation.audit.SimulatedRace;
import dev.cairn.simulation.audit.StoredTable;
import dev.cairn.state.HashRange;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A pipeline of the earlier release that is upgraded, rolled back and upgraded again under load, so
 * that containers of both releases work at the same time. When no earlier container is left, a user
 * upgrades the job's format.
 */
final class Deployments {
  /** The release that a container runs. */
  enum Release {
    EARLIER(FormatVersion.ONE),
    PRESENT(FormatVersion.NEWEST);

    private final FormatVersion reads;

    Release(FormatVersion reads) {
      this.reads = reads;
    }

    CodeVersion version() {
      return new CodeVersion(Integer.toString(ordinal() + 1));
    }
  }

  private static final Duration LONGEST_DEPLOYMENT = Duration.ofSeconds(25);

  private final World world;
  private final Faults faults;
  private final StoredTable table;
  private final EarlierRelease earlier;
  private final boolean isRolledBack;
  private Release deployed;
  private boolean isEarlierGone;
  private Optional<Registration> registered = Optional.empty();

  /**
   * @param isRolledBack whether the job began in the earlier release
   */
  Deployments(
      World world, Faults faults, StoredTable table, FaultTally tally, boolean isRolledBack) {
    this.world = world;
    this.faults = faults;
    this.table = table;
    this.earlier = new EarlierRelease(this::isUpgraded, tally);
    this.isRolledBack = isRolledBack;
    this.deployed = isRolledBack ? Release.EARLIER : Release.PRESENT;
    this.isEarlierGone = !isRolledBack;
  }

  /** The format in which the job begins. */
  FormatVersion firstFormat() {
    return deployed.reads;
  }

  EarlierRelease earlier() {
    return earlier;
  }

  /** Whether the job has been upgraded, or began in the newest format. */
  boolean isUpgraded() {
    return table.job(RunProfile.JOB).orElseThrow().format() == FormatVersion.NEWEST;
  }

  /** Deploys, rolls back and deploys again while records flow, and upgrades the job in the end. */
  void run() {
    if (!isRolledBack) {
      return;
    }
    int times = 1 + faults.below(2);
    for (int i = 0; i < times; i++) {
      pause();
      deployed = Release.PRESENT;
      faults.count(SimulatedRace.A_NEW_RELEASE_WAS_DEPLOYED);
      pause();
      deployed = Release.EARLIER;
      faults.count(SimulatedRace.A_DEPLOYMENT_WAS_ROLLED_BACK);
    }
    pause();
    deployed = Release.PRESENT;
    pause();
    isEarlierGone = true;
    pause();
    while (!isUpgraded()) {
      Job job = table.job(RunProfile.JOB).orElseThrow();
      if (job.command().isEmpty()) {
        table.request(RunProfile.JOB, Request.command("upgrade"));
      }
      world.sleep(Duration.ofSeconds(2));
    }
    faults.count(SimulatedRace.A_JOB_WAS_UPGRADED_UNDER_LOAD);
  }

  private void pause() {
    world.sleep(Duration.ofMillis(faults.below((int) LONGEST_DEPLOYMENT.toMillis())));
  }

  /**
   * Returns the handler of a new container. It runs the release deployed at its start. When it is
   * invoked after its release was replaced, a container of the current release takes its place.
   */
  Handler container(Function<Release, Handler> start) {
    Container container = new Container(start);
    container.start();
    return container;
  }

  private final class Container implements Handler {
    private final Function<Release, Handler> start;
    private Release release = deployed;
    private Handler handler;

    @SuppressWarnings("NullAway.Init") // Started right after it is made.
    Container(Function<Release, Handler> start) {
      this.start = start;
    }

    void start() {
      register(release);
      handler = start.apply(release);
    }

    @Override
    public void handle(InputStream event, OutputStream response, LocalInvocation invocation)
        throws Exception {
      if (release == Release.EARLIER && isEarlierGone) {
        release = Release.PRESENT;
        start();
      }
      handler.handle(event, response, invocation);
    }
  }

  private void register(Release release) {
    Registration code =
        new Registration(
                RunProfile.JOB,
                RunProfile.STAGE,
                release.version(),
                Configuration.DEFAULTS,
                Operator.open(
                        new SimulatedFunction(() -> false),
                        HeapStateBackend::new,
                        HashRange.ALL,
                        Serialization.AT_DRAIN)
                    .state()
                    .schemas(),
                Optional.empty())
            .withReads(release.reads.number());
    registered =
        registered.isEmpty()
            ? Optional.of(code)
            : code.replacing(registered.get()).or(() -> registered);
  }

  /** Returns the registrations of the job's code, which decide whether it may be upgraded. */
  Registrations registrations() {
    return new Registrations() {
      @Override
      public List<Registration> of(JobId job) {
        return job.equals(RunProfile.JOB) ? registered.stream().toList() : List.of();
      }

      @Override
      public boolean register(Registration registration) {
        return false;
      }

      @Override
      public void refused(JobId job, StageId stage, RefusedStream refusal) {}
    };
  }
}
