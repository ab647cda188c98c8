package dev.cairn.cdk;

import java.nio.file.Path;
import java.time.Duration;
import software.amazon.awscdk.App;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.events.EventBus;
import software.constructs.Construct;

/**
 * Deploys the example pipeline. Deployments are configured by context, such as {@code cdk deploy -c
 * shards=2 -c interval="5 s"}; {@code docs/deploying.md} has the list.
 */
public final class FlightsApp {
  static final String FUNCTION = "dev.cairn.flights.AircraftFunction";

  private FlightsApp() {}

  public static void main(String[] args) {
    App app = new App();
    stack(app);
    app.synth();
  }

  static CheckpointedFunction stack(Construct app) {
    AppContext context = new AppContext(app.getNode());
    Stack stack =
        Stack.Builder.create(app, context.text("stack", "CairnFlights"))
            .description("Cairn's example: what is known of each aircraft, from its departures")
            .build();
    SourceStream.NewStream stream = context.stream();
    CheckpointedFunction.Builder flights =
        CheckpointedFunction.Builder.create(stack, "Flights")
            .job(context.text("job", "flights"))
            .stage("aircraft")
            .function(FUNCTION)
            .code(Path.of(context.text("function", "../../functions/flights/target/function")))
            .source(context.duration("retention").map(stream::keeping).orElse(stream))
            .start(context.start())
            .failurePolicy(context.choice("failurePolicy", FailurePolicy.DEAD_LETTER))
            .checkpointingInterval(context.duration("interval").orElse(Duration.ofMinutes(1)))
            .checkpointingTimeout(
                context.duration("checkpointTimeout").orElse(Duration.ofMinutes(10)))
            .checkpointingNumRetained(context.number("numRetained", 10))
            .timeout(context.duration("timeout").orElse(Duration.ofMinutes(1)))
            .memory(context.number("memory", 1769))
            .batchSize(context.number("batchSize", 1000))
            .snapStart(context.flag("snapStart", true))
            .removalPolicy(context.choice("removalPolicy", RemovalPolicy.RETAIN));
    context
        .text("events")
        .ifPresent(bus -> flights.events(EventBus.fromEventBusName(stack, "Events", bus)));
    return flights.build();
  }
}
