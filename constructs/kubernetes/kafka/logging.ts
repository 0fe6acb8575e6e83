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
      # One line per request and per state change of a partition: thousands a second on a busy broker.
      - name: kafka.request.logger
        level: WARN
      - name: state.change.logger
        level: INFO
      # Refused operations; each allowed one would be logged at DEBUG.
      - name: kafka.authorizer.logger
        level: INFO
`;
