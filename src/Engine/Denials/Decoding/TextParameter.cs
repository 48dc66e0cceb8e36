namespace Sandbox.Denials.Decoding;

/// <summary>A text that is no path: the target of a link, a file system's type, an attribute's name.</summary>
internal sealed class TextParameter(int most) : Parameter
{
    public override DecodedArgument Decode(ref CallContext call)
    {
        var (text, isWhole, length) = TargetText.Read(call.Target, Value(call), most);
        return new(Index, Name, isWhole && length == 0 ? "\"\"" : text);
    }
}
