using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Sandbox.Seccomp;

/// <summary>Reads a SeccompProfile of the Kubernetes Security Profiles Operator (security-profiles-operator.x-k8s.io): the OCI fields in a YAML object's spec.</summary>
internal static class KubernetesReader
{
    public const string Group = "security-profiles-operator.x-k8s.io/";

    /// <summary>The well-known annotation of an object's description.</summary>
    public const string DescriptionKey = "kubernetes.io/description";

    /// <summary>Annotations that say why findings of lint are meant so, a check each.</summary>
    public const string LintKey = "lint.sandbox/";

    private static readonly string[] Fields = ["apiVersion", "kind", "metadata", "spec", "status"];

    // Of the operator; the first isn't part of OCI.
    private static readonly string[] SpecFields = ["baseProfileName", "defaultAction", "architectures", "listenerPath", "listenerMetadata", "syscalls", "flags", "disabled"];

    public static SeccompPolicy Read(string text, string source, SeccompImportContext? context)
    {
        var root = Parse(text, source);
        JsonPlace.CheckProperties(root, source, Fields);
        Require(root, "kind", source, value => value == "SeccompProfile", "SeccompProfile");
        Require(root, "apiVersion", source, value => value.StartsWith(Group, StringComparison.Ordinal), Group + "v1beta1");
        var spec = JsonPlace.Object(root["spec"] ?? throw JsonPlace.Error(root, source, "the field 'spec' is missing"), source);
        JsonPlace.CheckProperties(spec, source, SpecFields);
        if (spec["baseProfileName"] is { Type: not JTokenType.Null } basis)
            throw JsonPlace.Error(basis, source, "the profile is an addition to another one in the cluster, which isn't here", "SeccompFormat,UNREPRESENTABLE", "Read both and merge them with Merge-SeccompPolicy.");
        if (spec["disabled"] is { Type: not JTokenType.Null } disabled && (disabled.Type != JTokenType.Boolean || (bool)disabled))
            throw JsonPlace.Error(disabled, source, "the profile is disabled", "SeccompFormat,UNREPRESENTABLE");
        spec.Remove("disabled");
        string name = root["metadata"]?["name"] is { } given ? JsonPlace.Text(given, source) : Path.GetFileNameWithoutExtension(source);
        return OciReader.Read(spec, source, context).Copy(name, description: Annotation(root, DescriptionKey, source) ?? "", justifications: Justifications(root, source));
    }

    private static string? Annotation(JObject root, string key, string source) =>
        root["metadata"] is JObject metadata && metadata["annotations"] is JObject annotations && annotations[key] is { } value ? JsonPlace.Text(value, source) : null;

    private static SeccompJustification[] Justifications(JObject root, string source)
    {
        if (root["metadata"] is not JObject metadata || metadata["annotations"] is not JObject annotations) return [];
        return [.. annotations.Properties().Where(property => property.Name.StartsWith(LintKey, StringComparison.Ordinal)).Select(property => OciReader.Justification(property, property.Name[LintKey.Length..], source))];
    }

    private static JObject Parse(string text, string source)
    {
        using var reader = new YamlJsonReader(text, source);
        try
        {
            var token = reader.Read() ? JToken.Load(reader, new JsonLoadSettings { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error }) : new JObject();
            var root = token as JObject ?? throw JsonPlace.Error(token, source, "a mapping is expected here");
            while (reader.Read())
            {
                // To the end of the document; what follows would be another one.
            }

            if (reader.HasAnotherDocument()) throw JsonPlace.Error(root, source, "the text has more than one document", "SeccompFormat,UNREPRESENTABLE", "Split the text.");
            return root;
        }
        catch (JsonReaderException e)
        {
            throw new SandboxException("SeccompFormat,BAD_YAML", SandboxErrorKind.ParserError, $"{source}, line {e.LineNumber}, position {e.LinePosition}, path '{e.Path}': {e.Message}", "Correct the text at that place.", e);
        }
    }

    private static void Require(JObject root, string field, string source, Func<string, bool> fits, string expected)
    {
        var token = root[field] ?? throw JsonPlace.Error(root, source, $"the field '{field}' is missing; '{expected}' is expected");
        if (!fits(JsonPlace.Text(token, source))) throw JsonPlace.Error(token, source, $"'{expected}' is expected here, not '{(string)token!}'");
    }
}
