namespace Sandbox.Denials.Decoding;

/// <summary>A struct sockaddr and the parameter with its length: <c>inet 192.0.2.1:443</c>.</summary>
internal sealed class SocketAddressParameter(int length) : Parameter
{
    /// <summary>The parameter with its length.</summary>
    public int LengthIndex => length;

    public override DecodedArgument Decode(ref CallContext call)
    {
        var (text, path) = SocketAddress.Read(ref call, Value(call), call.Argument(length));
        return new(Index, Name, text) { FullPath = path };
    }
}
