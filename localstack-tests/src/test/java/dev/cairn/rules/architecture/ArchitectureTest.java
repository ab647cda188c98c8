package dev.cairn.rules.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.cairn.id.SequenceNumber;
import java.io.Externalizable;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What may depend on what, in the classes that are shipped. A rule that finds nothing to look at
 * fails.
 */
class ArchitectureTest {
  private static final JavaClasses SHIPPED =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.cairn");

  /** Each rule that this class declares. */
  @TestFactory
  Stream<DynamicTest> rules() {
    List<Field> rules =
        Stream.of(ArchitectureTest.class.getDeclaredFields())
            .filter(field -> field.getType() == ArchRule.class)
            .toList();
    assertThat(rules).hasSizeGreaterThan(10);
    return rules.stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.getName(), () -> ((ArchRule) rule.get(null)).check(SHIPPED)));
  }

  private static final String[] FUNCTIONS = {
    "dev.cairn.task..",
    "dev.cairn.operator..",
    "dev.cairn.backend..",
    "dev.cairn.function..",
    "dev.cairn.cbor..",
    "dev.cairn.values..",
    "dev.cairn.lambda..",
    "dev.cairn.testing..",
    "dev.cairn.flights.."
  };
  private static final String COORDINATOR = "dev.cairn.coordinator..";

  /** The parts of the coordinator. Each may use those before it. */
  private static final List<String> COORDINATOR_PARTS =
      List.of(
          "dev.cairn.coordinator.ports",
          "dev.cairn.coordinator.journals",
          "dev.cairn.coordinator.history",
          "dev.cairn.coordinator.collecting",
          "dev.cairn.coordinator.checkpointing",
          "dev.cairn.coordinator.restoring",
          "dev.cairn.coordinator.lifecycle",
          "dev.cairn.coordinator.commanding",
          "dev.cairn.coordinator",
          "dev.cairn.coordinator.scrub");

  /** The parts of the task. Each may use those before it. */
  private static final List<String> TASK_PARTS =
      List.of(
          "dev.cairn.task.ports",
          "dev.cairn.task.subtask",
          "dev.cairn.task.journalling",
          "dev.cairn.task");

  private static final String[] COORDINATOR_CORE = COORDINATOR_PARTS.toArray(String[]::new);
  private static final String[] PROTOCOL = {
    "dev.cairn.id..",
    "dev.cairn.journal..",
    "dev.cairn.checkpoint..",
    "dev.cairn.job..",
    "dev.cairn.damage..",
    "dev.cairn.command..",
    "dev.cairn.state..",
    "dev.cairn.storage..",
    "dev.cairn.stream..",
    "dev.cairn.format..",
    "dev.cairn.settings..",
    "dev.cairn.restart..",
    "dev.cairn.history..",
    "dev.cairn.parallel.."
  };
  private static final String[] ADAPTERS = {
    "dev.cairn.dynamodb..",
    "dev.cairn.s3..",
    "dev.cairn.kinesis..",
    "dev.cairn.lambda..",
    "dev.cairn.coordinator.lambda..",
    "dev.cairn.directory..",
    "dev.cairn.deployment..",
    "dev.cairn.metrics..",
    "dev.cairn.retry.."
  };
  private static final String COMMAND_LINE = "dev.cairn.cli..";
  private static final String IN_MEMORY = "dev.cairn.inmemory..";
  private static final String LOCAL = "dev.cairn.local..";
  private static final String SIMULATION = "dev.cairn.simulation..";

  /** What runs on the user's machine; nothing that is deployed may use it. */
  private static final String[] INFRA = {COMMAND_LINE, IN_MEMORY, LOCAL, SIMULATION};

  private static final String CONSTRUCT = "dev.cairn.cdk..";
  private static final String[] AWS = {"software.amazon..", "com.amazonaws.."};

  static final ArchRule functionsDoNotKnowTheCoordinator =
      noClasses()
          .that()
          .resideInAnyPackage(FUNCTIONS)
          .should()
          .dependOnClassesThat(resideInAPackage(COORDINATOR).or(resideInAnyPackage(INFRA)));

  static final ArchRule theCoordinatorDoesNotKnowFunctions =
      noClasses()
          .that()
          .resideInAPackage(COORDINATOR)
          .should()
          .dependOnClassesThat(resideInAnyPackage(FUNCTIONS).or(resideInAnyPackage(INFRA)));

  static final ArchRule partsOfTheCoordinatorUseOnlyThoseBelow =
      eachUsesOnlyThoseBelow(COORDINATOR_PARTS);

  static final ArchRule partsOfTheTaskUseOnlyThoseBelow = eachUsesOnlyThoseBelow(TASK_PARTS);

  private static ArchRule eachUsesOnlyThoseBelow(List<String> parts) {
    return CompositeArchRule.of(
        IntStream.range(0, parts.size() - 1)
            .mapToObj(part -> usesNothingAbove(parts, part))
            .toList());
  }

  private static ArchRule usesNothingAbove(List<String> parts, int part) {
    String[] above = parts.subList(part + 1, parts.size()).toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(parts.get(part))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(above);
  }

  static final ArchRule functionsStandOnTheProtocol =
      classes()
          .that()
          .resideInAPackage("dev.cairn.task..")
          .should(dependOnSomethingIn("dev.cairn.journal"));

  static final ArchRule theCoordinatorStandsOnTheProtocol =
      classes()
          .that()
          .haveFullyQualifiedName("dev.cairn.coordinator.ports.CoordinatorPorts")
          .should(dependOnSomethingIn("dev.cairn.journal"));

  static final ArchRule theProtocolKnowsNeitherAwsNorItsAdaptersNorItsUsers =
      noClasses()
          .that()
          .resideInAnyPackage(PROTOCOL)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(AWS)
                  .or(resideInAnyPackage(ADAPTERS))
                  .or(resideInAnyPackage(FUNCTIONS))
                  .or(resideInAPackage(COORDINATOR))
                  .or(resideInAnyPackage(INFRA)));

  /**
   * The command line on a deployed pipeline needs neither AWS in memory nor the demo nor the
   * simulation, and their jars are not on its class path.
   */
  static final ArchRule theCommandLineKnowsNeitherTheDemoNorTheSimulation =
      noClasses()
          .that()
          .resideInAPackage(COMMAND_LINE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              IN_MEMORY, LOCAL, SIMULATION, "com.amazonaws.services.dynamodbv2.local..");

  /** The tests of the task and of the coordinator run on it. */
  static final ArchRule awsInMemoryKnowsOnlyTheProtocol =
      noClasses()
          .that()
          .resideInAPackage(IN_MEMORY)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(FUNCTIONS)
                  .or(resideInAnyPackage(COORDINATOR, CONSTRUCT, COMMAND_LINE, LOCAL, SIMULATION)));

  static final ArchRule theDemoAndTheSimulationDoNotKnowEachOther =
      CompositeArchRule.of(
          List.of(
              noClasses()
                  .that()
                  .resideInAPackage(LOCAL)
                  .should()
                  .dependOnClassesThat()
                  .resideInAPackage(SIMULATION),
              noClasses()
                  .that()
                  .resideInAPackage(SIMULATION)
                  .should()
                  .dependOnClassesThat()
                  .resideInAPackage(LOCAL)));

  /** A new package has to be put into one of the lists, so that the rules apply to it. */
  static final ArchRule everyPackageIsListed =
      classes()
          .should(
              have(
                  "be in a listed package",
                  resideInAnyPackage(PROTOCOL)
                      .or(resideInAnyPackage(ADAPTERS))
                      .or(resideInAnyPackage(FUNCTIONS))
                      .or(resideInAnyPackage(INFRA))
                      .or(resideInAnyPackage(COORDINATOR, CONSTRUCT))));

  /** A job has checkpoints; a checkpoint is the same whatever its job does. */
  static final ArchRule checkpointsDoNotKnowTheJob =
      noClasses()
          .that()
          .resideInAnyPackage("dev.cairn.checkpoint..", "dev.cairn.journal..", "dev.cairn.state..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.cairn.job..", "dev.cairn.history..", "dev.cairn.command..");

  static final ArchRule awsIsKnownInAdaptersOnly =
      classes()
          .that(use(AWS))
          .should()
          .resideInAnyPackage(
              "dev.cairn.dynamodb..",
              "dev.cairn.s3..",
              "dev.cairn.kinesis..",
              "dev.cairn.lambda..",
              "dev.cairn.coordinator.lambda..",
              "dev.cairn.deployment..",
              "dev.cairn.retry..",
              CONSTRUCT,
              COMMAND_LINE,
              IN_MEMORY,
              LOCAL,
              SIMULATION);

  static final ArchRule adaptersAreUsedAtTheEdgeOnly =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.cairn.task..",
              "dev.cairn.operator..",
              "dev.cairn.backend..",
              "dev.cairn.function..")
          .or()
          .resideInAnyPackage(COORDINATOR_CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ADAPTERS);

  static final ArchRule operatorsKnowNoBackend =
      noClasses()
          .that()
          .resideInAnyPackage("dev.cairn.operator..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.cairn.backend..", "dev.cairn.task..");

  static final ArchRule backendsKnowNoTask =
      noClasses()
          .that()
          .resideInAnyPackage("dev.cairn.backend..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.cairn.task..", "dev.cairn.journal..");

  static final ArchRule usersSeeNeitherAwsNorSequenceNumbers =
      noClasses()
          .that()
          .resideInAnyPackage("dev.cairn.function..", "dev.cairn.flights..", "dev.cairn.testing..")
          .should()
          .dependOnClassesThat(resideInAnyPackage(AWS).or(assignableTo(SequenceNumber.class)));

  private static final DescribedPredicate<JavaAccess<?>> READS_CLOCK_ENVIRONMENT_OR_CHANCE =
      describe(
          "read a clock, the environment or a random source; those are handed in",
          ArchitectureTest::readsSurroundings);

  private static boolean readsSurroundings(JavaAccess<?> access) {
    AccessTarget target = access.getTarget();
    JavaClass owner = target.getOwner();
    String name = target.getName();
    if (owner.isEquivalentTo(System.class)) {
      return Set.of(
              "currentTimeMillis",
              "nanoTime",
              "getenv",
              "getProperty",
              "getProperties",
              "identityHashCode")
          .contains(name);
    }
    boolean ofJavaTime = owner.getPackageName().equals("java.time");
    return (ofJavaTime && name.equals("now"))
        || (owner.isEquivalentTo(Clock.class)
            && (name.startsWith("system") || name.startsWith("tick")))
        || (owner.isEquivalentTo(InstantSource.class) && name.equals("system"))
        || (owner.isEquivalentTo(UUID.class) && name.equals("randomUUID"))
        || (owner.isEquivalentTo(Math.class) && name.equals("random"))
        || (owner.isEquivalentTo(java.util.Collections.class) && name.equals("shuffle"))
        || owner.isEquivalentTo(Random.class)
        || owner.isEquivalentTo(SecureRandom.class)
        || owner.isEquivalentTo(SplittableRandom.class)
        || owner.isEquivalentTo(ThreadLocalRandom.class)
        || (owner.isEquivalentTo(RandomGenerator.class)
            && (name.equals("of") || name.equals("getDefault")));
  }

  static final ArchRule timeChanceAndEnvironmentAreHandedIn =
      noClasses()
          .that()
          .resideInAnyPackage(PROTOCOL)
          .or()
          .resideInAnyPackage(
              "dev.cairn.task..",
              "dev.cairn.operator..",
              "dev.cairn.backend..",
              "dev.cairn.cbor..",
              "dev.cairn.values..")
          .or()
          .resideInAnyPackage(COORDINATOR_CORE)
          .should()
          .accessTargetWhere(READS_CLOCK_ENVIRONMENT_OR_CHANCE);

  /** The rule above holds its breath if the predicate never says yes: here it has to. */
  static final ArchRule thatRuleSeesAClockWhereThereIsOne =
      classes()
          .that()
          .haveFullyQualifiedName("dev.cairn.inmemory.world.WallClockWorld")
          .should()
          .accessTargetWhere(READS_CLOCK_ENVIRONMENT_OR_CHANCE);

  static final ArchRule decisionsTouchNoPort =
      noClasses()
          .that()
          .haveSimpleNameEndingWith("Decisions")
          .or(
              describe(
                  "plan or guard what the coordinator does",
                  type ->
                      type.getPackageName().startsWith("dev.cairn.coordinator")
                          && (type.getSimpleName().equals("JobPlan")
                              || type.getSimpleName().endsWith("Guards"))))
          .should()
          .dependOnClassesThat(
              describe(
                  "are ports",
                  type ->
                      type.isInterface()
                          && Set.of(
                                  "Journal",
                                  "CheckpointStore",
                                  "CheckpointStorage",
                                  "StreamReader",
                                  "Waker",
                                  "SourceMapping",
                                  "Announcer",
                                  "InstantSource")
                              .contains(type.getSimpleName())));

  static final ArchRule nothingUsesJavaSerialization =
      noClasses()
          .should()
          .dependOnClassesThat(
              assignableTo(ObjectInputStream.class).or(assignableTo(ObjectOutputStream.class)));

  /**
   * Exceptions, enums and Jackson's base classes are serializable whether one wants it or not;
   * nothing asks for it.
   */
  static final ArchRule nothingAsksToBeSerializable =
      noClasses()
          .should(
              have(
                  "implement Serializable themselves",
                  type ->
                      type.getRawInterfaces().stream()
                          .anyMatch(
                              declared ->
                                  declared.isEquivalentTo(Serializable.class)
                                      || declared.isEquivalentTo(Externalizable.class))));

  /** And the handlers: what a function prints is its log. */
  static final ArchRule onlyCommandsPrint =
      noClasses()
          .that(not(resideInAnyPackage(COMMAND_LINE, "dev.cairn.local.demo..")))
          .and()
          .haveSimpleNameNotEndingWith("Main")
          .and()
          .doNotHaveFullyQualifiedName("dev.cairn.lambda.TaskHandler")
          .and()
          .doNotHaveFullyQualifiedName("dev.cairn.coordinator.lambda.CoordinatorHandler")
          .and()
          .doNotHaveFullyQualifiedName("dev.cairn.coordinator.lambda.ScrubberHandler")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");

  static final ArchRule everyPackageIsNullMarked =
      classes()
          .should(
              new ArchCondition<>("be in a package that is @NullMarked") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  boolean marked =
                      type.getPackage()
                          .tryGetPackageInfo()
                          .map(info -> info.isAnnotatedWith(NullMarked.class))
                          .orElse(false);
                  events.add(
                      new SimpleConditionEvent(
                          type,
                          marked,
                          type.getPackageName() + " is " + (marked ? "" : "not ") + "@NullMarked"));
                }
              });

  private static DescribedPredicate<JavaClass> use(String[] packages) {
    DescribedPredicate<JavaClass> there = resideInAnyPackage(packages);
    return describe(
        "use " + String.join(", ", packages),
        type ->
            type.getDirectDependenciesFromSelf().stream()
                .anyMatch(dependency -> there.test(dependency.getTargetClass())));
  }

  private static ArchCondition<JavaClass> have(String what, Predicate<JavaClass> predicate) {
    return ArchCondition.from(describe(what, predicate));
  }

  private static ArchCondition<JavaClass> dependOnSomethingIn(String packageName) {
    return new ArchCondition<>("depend, together, on " + packageName) {
      private boolean depends;

      @Override
      public void check(JavaClass type, ConditionEvents events) {
        depends |=
            type.getDirectDependenciesFromSelf().stream()
                .anyMatch(d -> d.getTargetClass().getPackageName().equals(packageName));
      }

      @Override
      public void finish(ConditionEvents events) {
        events.add(
            new SimpleConditionEvent(packageName, depends, "nothing depends on " + packageName));
      }
    };
  }
}
