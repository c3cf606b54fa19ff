package kafka.server;

import kafka.integration.KafkaServerTestHarness;
import kafka.utils.Logging;
import kafka.utils.TestInfoUtils;

import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.test.junit.HarnessBrokers;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.fault.MockFaultHandler;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.provider.Arguments;
import org.opentest4j.TestAbortedException;

import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

import scala.Option;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Stands, earlier on the class path, in the place of the class of the same name in Apache Kafka's tests of its core, from which the older
 * of them are derived: what they ask for is a process ({@link HarnessBrokers}) instead of a broker and a controller inside this JVM.
 */
public abstract class QuorumTestHarness implements Logging {
    private final MockFaultHandler faultHandler = new MockFaultHandler("quorumTestHarnessFaultHandler");
    private HarnessBrokers processes;
    private TestInfo testInfo;
    private String logIdent = "";

    @BeforeEach
    public void setUp(TestInfo testInfo) {
        this.testInfo = testInfo;
        if (!(this instanceof KafkaServerTestHarness test)) throw new TestAbortedException("makes its brokers one by one");
        if (test.securityProtocol() != SecurityProtocol.PLAINTEXT) throw new TestAbortedException("needs security");
        List<KafkaConfig> configs = CollectionConverters.asJava(test.configs());
        processes = new HarnessBrokers(configs.stream().map(KafkaConfig::nodeId).toList(), CollectionConverters.asJava(kraftControllerConfigs(testInfo)).get(0));
        test.instanceConfigs_$eq(CollectionConverters.asScala(configs.subList(0, processes.count())));
    }

    @AfterEach
    public void tearDown() {
        if (processes != null) processes.stop();
    }

    public KafkaBroker createBroker(KafkaConfig config, Time time, boolean startup, Option<String> threadNamePrefix) {
        KafkaBroker broker = processes.create(config);
        if (startup) broker.startup();
        return broker;
    }

    public Time createBroker$default$2() {
        return Time.SYSTEM;
    }

    public boolean createBroker$default$3() {
        return true;
    }

    public Option<String> createBroker$default$4() {
        return Option.empty();
    }

    public ControllerServer controllerServer() {
        return processes.controller();
    }

    /** One that can be got and is not listed: who walks over the controllers waits for their logs, which are inside. */
    public Seq<ControllerServer> controllerServers() {
        return seq(List.of());
    }

    public Seq<Properties> kraftControllerConfigs(TestInfo testInfo) {
        return seq(List.of(new Properties()));
    }

    public Seq<SecurityProtocol> extraControllerSecurityProtocols() {
        return seq(List.of());
    }

    public SecurityProtocol controllerListenerSecurityProtocol() {
        return SecurityProtocol.PLAINTEXT;
    }

    public MetadataVersion metadataVersion() {
        return MetadataVersion.latestTesting();
    }

    public void addFormatterSettings(Formatter formatter) {
    }

    public void shutdownKRaftController() {
        throw new TestAbortedException("needs a controller of its own");
    }

    public QuorumImplementation implementation() {
        throw new TestAbortedException("looks inside an embedded controller");
    }

    public QuorumTestHarnessFaultHandlerFactory faultHandlerFactory() {
        return new QuorumTestHarnessFaultHandlerFactory(faultHandler);
    }

    public MockFaultHandler faultHandler() {
        return faultHandler;
    }

    public Option<GroupProtocol> maybeGroupProtocolSpecified() {
        return TestInfoUtils.maybeGroupProtocolSpecified(testInfo);
    }

    public GroupProtocol groupProtocolFromTestParameters() {
        return maybeGroupProtocolSpecified().get();
    }

    @Override
    public String logIdent() {
        return logIdent;
    }

    @Override
    public void logIdent_$eq(String logIdent) {
        this.logIdent = logIdent;
    }

    public static Stream<Arguments> getTestGroupProtocolParametersAll() {
        return QuorumTestHarness$.MODULE$.getTestGroupProtocolParametersAll();
    }

    public static Stream<Arguments> getTestGroupProtocolParametersClassicGroupProtocolOnly() {
        return QuorumTestHarness$.MODULE$.getTestGroupProtocolParametersClassicGroupProtocolOnly();
    }

    public static Stream<Arguments> getTestGroupProtocolParametersConsumerGroupProtocolOnly() {
        return QuorumTestHarness$.MODULE$.getTestGroupProtocolParametersConsumerGroupProtocolOnly();
    }

    public static void setUpClass() {
    }

    public static void tearDownClass() {
    }

    private static <T> Seq<T> seq(List<T> list) {
        return CollectionConverters.asScala(list).toSeq();
    }
}
