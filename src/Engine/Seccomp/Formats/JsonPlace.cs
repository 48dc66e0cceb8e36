using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Sandbox.Seccomp;

/// <summary>Reads JSON of which every error names the path and the line.</summary>
internal static class JsonPlace
{
    public static JObject Parse(string text, string source)
    {
        try
        {
            using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None, MaxDepth = 32 };
            var token = JToken.Load(reader, new JsonLoadSettings { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error, CommentHandling = CommentHandling.Ignore });
            while (reader.Read())
            {
                // Only comments may follow; the reader refuses anything else.
            }

            return token as JObject ?? throw Error(token, source, "a JSON object is expected here");
        }
        catch (JsonReaderException e)
        {
            throw new SandboxException("SeccompFormat,BAD_JSON", SandboxErrorKind.ParserError,
                $"{source}, line {e.LineNumber}, position {e.LinePosition}, path '{e.Path}': {e.Message}", "Correct the JSON text at that place.", e);
        }
    }

    public static SandboxException Error(JToken token, string source, string message, string id = "SeccompFormat,BAD_FIELD", string? remedy = null)
    {
        var line = (IJsonLineInfo)token;
        return new(id, SandboxErrorKind.ParserError,
            $"{source}, line {line.LineNumber}, position {line.LinePosition}, path '{(token.Path.Length == 0 ? "$" : token.Path)}': {message}.", remedy);
    }

    /// <summary>Refuses properties that aren't known.</summary>
    public static void CheckProperties(JObject obj, string source, IReadOnlyCollection<string> known)
    {
        foreach (var property in obj.Properties())
        {
            if (known.Contains(property.Name)) continue;
            string? near = NearestName.Find(property.Name, known);
            throw Error(property, source, $"there is no field '{property.Name}' here{(near is null ? "" : $"; did you mean '{near}'?")}", "SeccompFormat,UNKNOWN_FIELD");
        }
    }

    public static string Text(JToken token, string source) =>
        token.Type == JTokenType.String ? (string)token! : throw Error(token, source, $"a string is expected here, not {Kind(token)}");

    public static JObject Object(JToken token, string source) =>
        token as JObject ?? throw Error(token, source, $"an object is expected here, not {Kind(token)}");

    public static IEnumerable<JToken> Items(JToken? token, string source) => token switch
    {
        null => [],
        { Type: JTokenType.Null } => [], // Go writes an empty slice as null
        JArray array => array,
        _ => throw Error(token, source, $"an array is expected here, not {Kind(token)}"),
    };

    public static ulong Number(JToken token, string source, ulong maximum)
    {
        if (token.Type != JTokenType.Integer) throw Error(token, source, $"a whole number is expected here, not {Kind(token)}");
        var value = token.ToObject<System.Numerics.BigInteger>();
        return value < 0 || value > maximum ? throw Error(token, source, $"the number {value} is not in the range 0 to {maximum}") : (ulong)value;
    }

    public static T Word<T>(JToken token, string source, IReadOnlyDictionary<string, T> words, string what)
    {
        string word = Text(token, source);
        if (words.TryGetValue(word, out var value)) return value;
        string? near = NearestName.Find(word, words.Keys);
        throw Error(token, source, $"there is no {what} '{word}'{(near is null ? "" : $"; did you mean '{near}'?")}", remedy: "The known ones are: " + string.Join(", ", words.Keys));
    }

    private static string Kind(JToken token) => token.Type switch
    {
        JTokenType.Object => "an object",
        JTokenType.Array => "an array",
        JTokenType.Null => "null",
        JTokenType.String => "a string",
        JTokenType.Integer => "a number",
        JTokenType.Float => "a fraction",
        JTokenType.Boolean => "a boolean",
        var other => other.ToString(),
    };
}
