import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.jena.graph.Graph;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.NodeFactory;
import org.apache.jena.query.Dataset;
import org.apache.jena.query.Query;
import org.apache.jena.query.QueryCancelledException;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryExecutionFactory;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.QueryParseException;
import org.apache.jena.query.ResultSetFormatter;
import org.apache.jena.query.Syntax;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.riot.RDFParser;
import org.apache.jena.riot.RiotException;
import org.apache.jena.riot.resultset.ResultSetLang;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.sparql.graph.GraphFactory;
import org.apache.jena.system.Txn;
import org.apache.jena.tdb2.TDB2;
import org.apache.jena.tdb2.TDB2Factory;
import org.apache.jena.update.UpdateAction;
import org.apache.jena.update.UpdateFactory;
import org.apache.jena.update.UpdateRequest;

/**
 * A SPARQL server for tests: the query engine of Jena over TDB2 in memory, at the addresses and with the parameters of Fuseki.
 *
 * <p>Arguments: "union" where the default graph is to be the union of all graphs, otherwise "separate". The first line on standard
 * output is the port, on loopback. It ends when standard input does.
 */
public final class JenaServer {
  private static final Map<String, Lang> RESULTS = new LinkedHashMap<>();
  private static final Map<String, Lang> GRAPHS = new LinkedHashMap<>();
  private static final Dataset DATA = TDB2Factory.createDataset();

  static {
    RESULTS.put("application/sparql-results+json", ResultSetLang.RS_JSON);
    RESULTS.put("application/sparql-results+xml", ResultSetLang.RS_XML);
    RESULTS.put("text/csv", ResultSetLang.RS_CSV);
    RESULTS.put("text/tab-separated-values", ResultSetLang.RS_TSV);
    GRAPHS.put("text/turtle", Lang.TURTLE);
    GRAPHS.put("application/n-triples", Lang.NTRIPLES);
    GRAPHS.put("application/rdf+xml", Lang.RDFXML);
    GRAPHS.put("application/ld+json", Lang.JSONLD);
  }

  private JenaServer() {}

  /** What is wrong with a request. */
  private static final class Refused extends RuntimeException {
    final int status;

    Refused(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  private interface Handler {
    void handle(HttpExchange exchange, Map<String, List<String>> given) throws IOException;
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments[0].equals("union")) {
      DATA.getContext().set(TDB2.symUnionDefaultGraph, true);
    }
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    route(server, "/query", JenaServer::query);
    route(server, "/update", JenaServer::update);
    route(server, "/data", JenaServer::graph);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.start();
    System.out.println(server.getAddress().getPort());
    System.out.flush();
    while (System.in.read() >= 0) {}
    System.exit(0);
  }

  private static void route(HttpServer server, String path, Handler handler) {
    server.createContext(
        path,
        exchange -> {
          exchange.getResponseHeaders().set("Server", "Apache Jena (test)");
          try {
            Map<String, List<String>> given = parameters(exchange.getRequestURI().getRawQuery());
            handler.handle(exchange, given);
          } catch (Refused refused) {
            text(exchange, refused.status, refused.getMessage());
          } catch (QueryParseException | RiotException malformed) {
            text(exchange, 400, malformed.getMessage());
          } catch (QueryCancelledException late) {
            text(exchange, 503, "Query timed out");
          } catch (RuntimeException failed) {
            text(exchange, 500, String.valueOf(failed.getMessage()));
          } finally {
            exchange.close();
          }
        });
  }

  private static void query(HttpExchange exchange, Map<String, List<String>> given) throws IOException {
    String text = sent(exchange, given, "query", "application/sparql-query");
    Query query = QueryFactory.create(text, Syntax.syntaxSPARQL_11);
    DatasetGraph data = DATA.asDatasetGraph();
    List<String> defaults = given.getOrDefault("default-graph-uri", List.of());
    List<String> named = given.getOrDefault("named-graph-uri", List.of());
    if (!defaults.isEmpty() || !named.isEmpty()) { // the dataset of the request wins over that of the query
      query.getGraphURIs().clear();
      query.getNamedGraphURIs().clear();
      defaults.forEach(query::addGraphURI);
      named.forEach(query::addNamedGraphURI);
    }
    String wanted = exchange.getRequestHeaders().getFirst("Accept");
    Txn.executeRead(
        data,
        () -> {
          try (QueryExecution execution = QueryExecutionFactory.create(query, DATA)) {
            if (given.containsKey("timeout")) {
              execution.setTimeout((long) (1000 * Double.parseDouble(given.get("timeout").get(0))), TimeUnit.MILLISECONDS);
            }
            answer(exchange, execution, query, wanted);
          } catch (IOException gone) {
            // the client left
          }
        });
  }

  private static void answer(HttpExchange exchange, QueryExecution execution, Query query, String wanted) throws IOException {
    boolean table = query.isSelectType() || query.isAskType();
    Map<String, Lang> offered = table ? RESULTS : GRAPHS;
    String type = chosen(wanted, offered);
    Lang language = offered.get(type);
    if (query.isAskType()) {
      boolean truth = execution.execAsk();
      start(exchange, type);
      try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody())) {
        ResultSetFormatter.output(out, truth, language);
      }
    } else if (query.isSelectType()) {
      var rows = execution.execSelect();
      rows.hasNext(); // what fails at once must fail before the status is sent
      start(exchange, type);
      try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody())) {
        ResultSetFormatter.output(out, rows, language);
      }
    } else {
      var model = query.isConstructType() ? execution.execConstruct() : execution.execDescribe();
      start(exchange, type);
      try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody())) {
        RDFDataMgr.write(out, model, language);
      }
    }
  }

  private static void update(HttpExchange exchange, Map<String, List<String>> given) throws IOException {
    String text = sent(exchange, given, "update", "application/sparql-update");
    UpdateRequest request = UpdateFactory.create(text, Syntax.syntaxSPARQL_11);
    Txn.executeWrite(DATA, () -> UpdateAction.execute(request, DATA));
    exchange.sendResponseHeaders(204, -1);
  }

  private static void graph(HttpExchange exchange, Map<String, List<String>> given) throws IOException {
    boolean isDefault = given.containsKey("default");
    if (isDefault == given.containsKey("graph")) {
      throw new Refused(400, "exactly one of graph and default is needed");
    }
    DatasetGraph data = DATA.asDatasetGraph();
    Node name = isDefault ? null : NodeFactory.createURI(given.get("graph").get(0));
    boolean there =
        isDefault || Txn.calculateRead(data, () -> !data.getGraph(name).isEmpty());
    String method = exchange.getRequestMethod();
    switch (method) {
      case "GET":
      case "HEAD":
        if (!there) {
          throw new Refused(404, "no such graph");
        }
        String type = chosen(exchange.getRequestHeaders().getFirst("Accept"), GRAPHS);
        exchange.getResponseHeaders().set("Content-Type", type);
        if (method.equals("HEAD")) {
          exchange.sendResponseHeaders(200, -1);
          return;
        }
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody())) {
          Txn.executeRead(
              data,
              () -> RDFDataMgr.write(out, isDefault ? data.getDefaultGraph() : data.getGraph(name), GRAPHS.get(type)));
        }
        return;
      case "PUT":
      case "POST":
        String sentType = media(exchange.getRequestHeaders().getFirst("Content-Type"));
        if (!GRAPHS.containsKey(sentType)) {
          throw new Refused(415, "unknown type " + sentType);
        }
        Graph read = GraphFactory.createDefaultGraph();
        byte[] body = exchange.getRequestBody().readAllBytes();
        RDFParser.create().source(new ByteArrayInputStream(body)).forceLang(GRAPHS.get(sentType)).parse(read);
        Txn.executeWrite(
            data,
            () -> {
              Graph target = isDefault ? data.getDefaultGraph() : data.getGraph(name);
              if (method.equals("PUT")) {
                target.clear();
              }
              read.find().forEachRemaining(target::add);
            });
        exchange.sendResponseHeaders(there ? 204 : 201, -1);
        return;
      case "DELETE":
        if (!there) {
          throw new Refused(404, "no such graph");
        }
        Txn.executeWrite(data, () -> (isDefault ? data.getDefaultGraph() : data.getGraph(name)).clear());
        exchange.sendResponseHeaders(204, -1);
        return;
      default:
        throw new Refused(405, method);
    }
  }

  private static void start(HttpExchange exchange, String type) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(200, 0);
  }

  private static void text(HttpExchange exchange, int status, String message) throws IOException {
    if (exchange.getResponseCode() != -1) {
      return; // an answer has begun; closing it without its end tells the client
    }
    byte[] body = message.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private static String chosen(String wanted, Map<String, Lang> offered) {
    if (wanted != null) {
      for (String part : wanted.split(",")) {
        if (offered.containsKey(media(part))) {
          return media(part);
        }
      }
      if (!wanted.contains("*/*")) {
        throw new Refused(406, "not acceptable: " + wanted);
      }
    }
    return offered.keySet().iterator().next();
  }

  private static String media(String header) {
    return header == null ? "" : header.split(";")[0].trim().toLowerCase();
  }

  private static String sent(HttpExchange exchange, Map<String, List<String>> given, String name, String direct) throws IOException {
    String type = media(exchange.getRequestHeaders().getFirst("Content-Type"));
    if (exchange.getRequestMethod().equals("POST")) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      if (type.equals(direct)) {
        return body;
      }
      parameters(body).forEach((key, values) -> given.computeIfAbsent(key, none -> new ArrayList<>()).addAll(values));
    }
    List<String> found = given.getOrDefault(name, List.of());
    if (found.size() != 1) {
      throw new Refused(400, "exactly one parameter " + name + " is needed");
    }
    return found.get(0);
  }

  private static Map<String, List<String>> parameters(String text) {
    Map<String, List<String>> found = new LinkedHashMap<>();
    if (text == null || text.isEmpty()) {
      return found;
    }
    for (String part : text.split("&")) {
      String[] pair = part.split("=", 2);
      String value = pair.length == 2 ? URLDecoder.decode(pair[1], StandardCharsets.UTF_8) : "";
      found.computeIfAbsent(URLDecoder.decode(pair[0], StandardCharsets.UTF_8), none -> new ArrayList<>()).add(value);
    }
    return found;
  }
}
