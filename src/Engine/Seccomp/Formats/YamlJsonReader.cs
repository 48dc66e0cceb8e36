using System.Globalization;
using Newtonsoft.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sandbox.Seccomp;

/// <summary>
/// One document of a YAML text as the tokens of JSON, with their lines: so that what reads JSON reads YAML too and its errors name
/// the place. Plain scalars have the types of YAML's core schema.
/// </summary>
internal sealed class YamlJsonReader : JsonReader, IJsonLineInfo
{
    private readonly Parser parser;
    private readonly string source;
    // Whether each open container is a mapping, and whether its next scalar is a key.
    private readonly Stack<(bool Mapping, bool Key)> open = new();

    private bool ended;

    public YamlJsonReader(string text, string source)
    {
        this.source = source;
        parser = new Parser(new StringReader(text));
        MaxDepth = 32;
    }

    public int LineNumber { get; private set; }

    public int LinePosition { get; private set; }

    public bool HasLineInfo() => true;

    public override bool Read()
    {
        while (!ended && Next())
        {
            var current = parser.Current!;
            LineNumber = (int)current.Start.Line;
            LinePosition = (int)current.Start.Column;
            switch (current)
            {
                case AnchorAlias: throw Error("aliases aren't read; write the value out");
                case NodeEvent { Anchor.IsEmpty: false }: throw Error("anchors aren't read; write the value out");
                case MappingStart: Open(mapping: true); return true;
                case SequenceStart: Open(mapping: false); return true;
                case MappingEnd: open.Pop(); SetToken(JsonToken.EndObject); return true;
                case SequenceEnd: open.Pop(); SetToken(JsonToken.EndArray); return true;
                case Scalar scalar: SetScalar(scalar); return true;
                case DocumentEnd: ended = true; return false;
                default: break; // the start of the stream and of the document
            }
        }

        return false;
    }

    /// <summary>Whether a document follows the one that has been read.</summary>
    public bool HasAnotherDocument() => Next() && parser.Current is DocumentStart;

    private bool Next()
    {
        try
        {
            return parser.MoveNext();
        }
        catch (YamlException e)
        {
            throw new SandboxException("SeccompFormat,BAD_YAML", SandboxErrorKind.ParserError, $"{source}, line {e.Start.Line}, position {e.Start.Column}: {e.Message}", "Correct the YAML text at that place.", e);
        }
    }

    private void Open(bool mapping)
    {
        if (open.TryPeek(out var outer) && outer is { Mapping: true, Key: true }) throw Error("a key is a text");
        TurnKey();
        open.Push((mapping, true));
        SetToken(mapping ? JsonToken.StartObject : JsonToken.StartArray);
    }

    private void SetScalar(Scalar scalar)
    {
        bool key = open.TryPeek(out var outer) && outer is { Mapping: true, Key: true };
        TurnKey();
        if (key) SetToken(JsonToken.PropertyName, scalar.Value);
        else if (!scalar.IsPlainImplicit) SetToken(JsonToken.String, scalar.Value);
        else if (scalar.Value is "" or "~" or "null" or "Null" or "NULL") SetToken(JsonToken.Null, null);
        else if (scalar.Value is "true" or "True" or "TRUE") SetToken(JsonToken.Boolean, true);
        else if (scalar.Value is "false" or "False" or "FALSE") SetToken(JsonToken.Boolean, false);
        else if (Whole(scalar.Value) is { } number) SetToken(JsonToken.Integer, number);
        else SetToken(JsonToken.String, scalar.Value);
    }

    private void TurnKey()
    {
        if (!open.TryPop(out var outer)) return;
        open.Push(outer with { Key = !outer.Key });
    }

    private static object? Whole(string text)
    {
        bool hex = text.StartsWith("0x", StringComparison.Ordinal);
        if (hex) return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) ? (System.Numerics.BigInteger)value : null;
        return System.Numerics.BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private SandboxException Error(string reason) => new("SeccompFormat,BAD_YAML", SandboxErrorKind.ParserError, $"{source}, line {LineNumber}, position {LinePosition}: {reason}.");
}
