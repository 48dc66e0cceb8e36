namespace Sandbox.Denials.Decoding;

/// <summary>How a number is written.</summary>
internal abstract class ValueFormat
{
    public abstract string Format(ulong value);
}
