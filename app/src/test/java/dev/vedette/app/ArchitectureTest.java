package dev.vedette.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds the arrows between modules that {@code docs/architecture.md} draws. */
@AnalyzeClasses(packages = "dev.vedette", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String MODEL = "dev.vedette.model..";
  private static final String WIRE = "dev.vedette.wire..";
  private static final String TSDB = "dev.vedette.tsdb..";
  private static final String PROMQL = "dev.vedette.promql..";
  private static final String RUNTIME = "dev.vedette.runtime..";
  private static final String CRDS = "dev.vedette.crds..";
  private static final String INGESTER = "dev.vedette.ingester..";
  private static final String STORAGE = "dev.vedette.storage..";
  private static final String QUERIER = "dev.vedette.querier..";
  private static final String UI = "dev.vedette.ui..";

  @ArchTest static final ArchRule modelStandsAlone = onlyOurs(MODEL, MODEL);
  @ArchTest static final ArchRule wireKnowsTheModel = onlyOurs(WIRE, WIRE, MODEL);
  @ArchTest static final ArchRule tsdbKnowsTheModel = onlyOurs(TSDB, TSDB, MODEL);
  @ArchTest static final ArchRule promqlKnowsTheModel = onlyOurs(PROMQL, PROMQL, MODEL);
  @ArchTest static final ArchRule crdsKnowTheModel = onlyOurs(CRDS, CRDS, MODEL);

  @ArchTest
  static final ArchRule runtimeKnowsModelAndWire = onlyOurs(RUNTIME, RUNTIME, MODEL, WIRE);

  @ArchTest
  static final ArchRule ingesterMeetsOthersThroughPorts =
      onlyOurs(INGESTER, INGESTER, MODEL, WIRE, RUNTIME, CRDS);

  @ArchTest
  static final ArchRule storageHostsTheEngine =
      onlyOurs(STORAGE, STORAGE, MODEL, WIRE, RUNTIME, CRDS, TSDB);

  @ArchTest
  static final ArchRule querierMeetsOthersThroughPorts =
      onlyOurs(QUERIER, QUERIER, MODEL, WIRE, RUNTIME, CRDS, PROMQL);

  @ArchTest static final ArchRule pagesKnowOnlyTheServer = onlyOurs(UI, UI, RUNTIME);

  @ArchTest
  static final ArchRule librariesKnowNoFramework =
      noClasses()
          .that()
          .resideInAnyPackage(MODEL, WIRE, TSDB, PROMQL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.micronaut..", "jakarta..", "io.netty..", "io.fabric8..");

  private static ArchRule onlyOurs(String module, String... allowed) {
    return classes()
        .that()
        .resideInAPackage(module)
        .should()
        .onlyDependOnClassesThat(
            DescribedPredicate.not(JavaClass.Predicates.resideInAPackage("dev.vedette.."))
                .or(JavaClass.Predicates.resideInAnyPackage(allowed)))
        .allowEmptyShould(false);
  }
}
