using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Sandbox.Hardening;

/// <summary>JSON text to document tree, with path and line of every value.</summary>
internal static class ProfileJson
{
    public static ProfileNode Parse(string json, string source)
    {
        try
        {
            // Dates stay strings: "00:01:00" and paths must not be reinterpreted.
            using var reader = new JsonTextReader(new StringReader(json)) { MaxDepth = 8, DateParseHandling = DateParseHandling.None };
            JToken root = JToken.ReadFrom(reader, new JsonLoadSettings
            {
                DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error,
                LineInfoHandling = LineInfoHandling.Load,
                CommentHandling = CommentHandling.Ignore,
            });
            // Only comments may follow: the reader throws at anything else, and only when it is asked to go on.
            while (reader.Read())
                continue;

            return Convert(root, source);
        }
        catch (JsonReaderException e)
        {
            throw new ProfileNode(source, Place(e.Path ?? ""), e.LineNumber, null).Error("SYNTAX", e.Message);
        }
    }

    private static ProfileNode Convert(JToken token, string source)
    {
        object? value = token switch
        {
            JObject o => o.Properties().ToDictionary(p => p.Name, p => Convert(p.Value, source), StringComparer.Ordinal),
            JArray a => a.Select(t => Convert(t, source)).ToList(),
            JValue { Type: JTokenType.Null } => null,
            JValue { Value: bool or long or double or string } v => v.Value,
            JValue { Type: JTokenType.Integer } => throw Node(token, source, null).Error("OUT_OF_RANGE", "the number is more than 64 bits hold"),
            _ => throw Node(token, source, null).Error("WRONG_TYPE", $"a value of type {token.Type} has no meaning here"),
        };
        return Node(token, source, value);
    }

    private static ProfileNode Node(JToken token, string source, object? value) =>
        new(source, Place(token.Path), ((IJsonLineInfo)token).LineNumber, value);

    private static string Place(string path) => path.Length == 0 ? "$" : path[0] == '[' ? "$" + path : "$." + path;
}
