/** Content of `log4j2.yaml`: everything to standard output, where Kubernetes collects it. */
export const LOG4J2_YAML = `Configuration:
  status: warn
  Appenders:
    Console:
      name: stdout
      target: SYSTEM_OUT
      PatternLayout:
        pattern: "%d{ISO8601} %-5p [%t] %c{1}: %m%n"
  Loggers:
    Root:
      level: INFO
      AppenderRef:
        ref: stdout
    Logger:
      # One line per request: thousands a second on a busy broker.
      - name: kafka.request.logger
        level: WARN
      # Several lines for each partition that a broker opens, while it starts and somebody waits for it; the metadata log has
      # all that they say.
      - name: state.change.logger
        level: WARN
      - name: org.apache.kafka.storage.internals.log.ProducerStateManager
        level: WARN
      - name: org.apache.kafka.storage.internals.log.SnapshotFile
        level: WARN
      # Refused operations; each allowed one would be logged at DEBUG.
      - name: kafka.authorizer.logger
        level: INFO
`;
