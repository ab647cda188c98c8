package dev.cairn.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.cairn.id.SequenceNumber;
import java.io.Externalizable;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;

/**
 * What may depend on what, in the classes that are shipped. A rule that finds nothing to look at
 * fails.
 */
@AnalyzeClasses(packages = "dev.cairn", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] FUNCTIONS = {
    "dev.cairn.task..",
    "dev.cairn.heap..",
    "dev.cairn.function..",
    "dev.cairn.cbor..",
    "dev.cairn.lambda..",
    "dev.cairn.testing..",
    "dev.cairn.flights.."
  };
  private static final String COORDINATOR = "dev.cairn.coordinator..";
  private static final String COORDINATOR_CORE = "dev.cairn.coordinator";
  private static final String[] PROTOCOL = {
    "dev.cairn.id..",
    "dev.cairn.journal..",
    "dev.cairn.checkpoint..",
    "dev.cairn.state..",
    "dev.cairn.storage..",
    "dev.cairn.stream..",
    "dev.cairn.format.."
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
  private static final String LOCAL = "dev.cairn.local..";
  private static final String[] AWS = {"software.amazon..", "com.amazonaws.."};

  @ArchTest
  static final ArchRule functionsDoNotKnowTheCoordinator =
      noClasses()
          .that()
          .resideInAnyPackage(FUNCTIONS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(COORDINATOR, LOCAL);

  @ArchTest
  static final ArchRule theCoordinatorDoesNotKnowFunctions =
      noClasses()
          .that()
          .resideInAPackage(COORDINATOR)
          .should()
          .dependOnClassesThat(resideInAnyPackage(FUNCTIONS).or(resideInAPackage(LOCAL)));

  @ArchTest
  static final ArchRule functionsStandOnTheProtocol =
      classes()
          .that()
          .resideInAPackage("dev.cairn.task..")
          .should(dependOnSomethingIn("dev.cairn.journal"));

  @ArchTest
  static final ArchRule theCoordinatorStandsOnTheProtocol =
      classes()
          .that()
          .haveFullyQualifiedName("dev.cairn.coordinator.CoordinatorPorts")
          .should(dependOnSomethingIn("dev.cairn.journal"));

  @ArchTest
  static final ArchRule theProtocolKnowsNeitherAwsNorItsAdaptersNorItsUsers =
      noClasses()
          .that()
          .resideInAnyPackage(PROTOCOL)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(AWS)
                  .or(resideInAnyPackage(ADAPTERS))
                  .or(resideInAnyPackage(FUNCTIONS))
                  .or(resideInAnyPackage(COORDINATOR, LOCAL)));

  @ArchTest
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
              LOCAL);

  @ArchTest
  static final ArchRule adaptersAreUsedAtTheEdgeOnly =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.cairn.task..", "dev.cairn.heap..", "dev.cairn.function..", COORDINATOR_CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ADAPTERS);

  @ArchTest
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

  @ArchTest
  static final ArchRule timeChanceAndEnvironmentAreHandedIn =
      noClasses()
          .that()
          .resideInAnyPackage(PROTOCOL)
          .or()
          .resideInAnyPackage(
              "dev.cairn.task..", "dev.cairn.heap..", "dev.cairn.cbor..", COORDINATOR_CORE)
          .should()
          .accessTargetWhere(READS_CLOCK_ENVIRONMENT_OR_CHANCE);

  /** The rule above holds its breath if the predicate never says yes: here it has to. */
  @ArchTest
  static final ArchRule thatRuleSeesAClockWhereThereIsOne =
      classes()
          .that()
          .haveFullyQualifiedName("dev.cairn.local.world.WallClockWorld")
          .should()
          .accessTargetWhere(READS_CLOCK_ENVIRONMENT_OR_CHANCE);

  @ArchTest
  static final ArchRule decisionsTouchNoPort =
      noClasses()
          .that()
          .haveSimpleNameEndingWith("Decisions")
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
                                  "InstantSource")
                              .contains(type.getSimpleName())));

  @ArchTest
  static final ArchRule nothingUsesJavaSerialization =
      noClasses()
          .should()
          .dependOnClassesThat(
              assignableTo(ObjectInputStream.class).or(assignableTo(ObjectOutputStream.class)));

  /**
   * Exceptions, enums and Jackson's base classes are serializable whether one wants it or not;
   * nothing asks for it.
   */
  @ArchTest
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

  @ArchTest
  static final ArchRule onlyCommandsPrint =
      noClasses()
          .that(not(resideInAnyPackage("dev.cairn.local.cli..", "dev.cairn.local.demo..")))
          .and()
          .haveSimpleNameNotEndingWith("Main")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");

  @ArchTest
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
